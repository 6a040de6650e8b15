//! The tools that check the syntax of a language without running anything, and the command that asks one.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// With this begins what a check says of itself. Whatever has it first said it before the code was looked at.
pub(super) const MARK: &str = "gauntlet-syntax: ";

/// A tool that reads code from a pipe, looks at its syntax, and runs none of it.
///
/// Perl is none: `perl -c` runs what stands in `BEGIN`.
#[derive(Debug)]
pub(super) struct Tool {
    /// The language, by its full name.
    language: &'static str,
    /// The program, as a shell finds it.
    pub(super) program: &'static str,
    /// What a shell is to do with the code, which `give` prints.
    script: &'static str,
    /// Code without fault: a tool that finds one in it does not work.
    sample: &'static str,
    /// The exit codes that mean a fault in the code; others are the tool's own trouble.
    pub(super) faults: &'static [i32],
}

/// Isolated, so that no module of the folder it runs in takes the place of those that it imports.
const PYTHON: &str = "give | python3 -I -W ignore -c '
import ast, sys, traceback
try:
    ast.parse(sys.stdin.buffer.read(), \"code\")
except (SyntaxError, ValueError) as error:
    print(\"\".join(traceback.format_exception_only(type(error), error)))
    sys.exit(3)'";

/// What is no script may be a module.
const NODE: &str = "give | NODE_OPTIONS= node --check - >/dev/null 2>&1 || \
                    give | NODE_OPTIONS= node --input-type=module --check -";

static TOOLS: [Tool; 8] = [
    Tool {
        language: "python",
        program: "python3",
        script: PYTHON,
        sample: "pass\n",
        faults: &[3],
    },
    Tool {
        language: "javascript",
        program: "node",
        script: NODE,
        sample: "let a = 1;\n",
        faults: &[1],
    },
    Tool {
        language: "bash",
        program: "bash",
        script: "give | BASH_ENV= bash --noprofile --norc -n",
        sample: ":\n",
        faults: &[1, 2],
    },
    Tool {
        language: "ruby",
        program: "ruby",
        script: "give | RUBYOPT= ruby -c",
        sample: "a = 1\n",
        faults: &[1],
    },
    Tool {
        language: "go",
        program: "gofmt",
        script: "give | gofmt -e >/dev/null",
        sample: "package main\n",
        faults: &[2],
    },
    Tool {
        language: "rust",
        program: "rustfmt",
        script: "give | rustfmt --edition 2024 >/dev/null",
        sample: "fn main() {}\n",
        faults: &[1],
    },
    Tool {
        language: "c",
        program: "gcc",
        script: "give | gcc -fsyntax-only -x c -",
        sample: "int a;\n",
        faults: &[1],
    },
    Tool {
        language: "cpp",
        program: "g++",
        script: "give | g++ -fsyntax-only -x c++ -",
        sample: "int a;\n",
        faults: &[1],
    },
];

impl Tool {
    /// The tool for a language, by its full name in lower case.
    pub(super) fn of(language: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|tool| tool.language == language)
    }

    /// The command that has `code` checked.
    ///
    /// The code stands in it in an alphabet without any character that means something to a shell. The tool is
    /// tried on code without fault before: a program that is there and does not work finds faults in anything.
    pub(super) fn command(&self, code: &str) -> String {
        let Self {
            program, script, ..
        } = self;
        let (sample, code) = (BASE64.encode(self.sample), BASE64.encode(code));
        format!(
            "export LC_ALL=C; say() {{ printf '{MARK}%s\\n' \"$1\"; }}; \
             give() {{ printf %s \"$code\" | base64 -d; }}; check() {{ {script}; }}; \
             for program in base64 {program}; do command -v \"$program\" >/dev/null 2>&1 || \
             {{ say \"missing $program\"; exit 0; }}; done; \
             code={sample}; check >/dev/null 2>&1 || {{ say broken; check 2>&1; exit 0; }}; \
             say checking; code={code}; check 2>&1"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::*;

    /// What a shell makes of a command: the exit code and the output.
    fn shell(command: &str) -> (Option<i32>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).current_dir(folder.path());
        let output = shell.stdin(Stdio::null()).output().expect("a shell");
        let left = std::fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 0, "it left something");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), text)
    }

    #[test]
    fn every_tool_that_is_here_tells_good_code_from_bad() {
        let bad = |language| match language {
            "bash" => "if true; then\n",
            _ => "((((\n",
        };
        let mut checked = 0;
        for tool in &TOOLS {
            let (code, said) = shell(&tool.command(tool.sample));
            if !said.starts_with(&format!("{MARK}checking\n")) {
                // Named, and not taken for a success.
                println!("{}: {}", tool.language, said.trim());
                continue;
            }
            assert_eq!(code, Some(0), "{}: {said}", tool.language);
            let (code, said) = shell(&tool.command(bad(tool.language)));
            let code = code.expect("an exit code");
            assert!(tool.faults.contains(&code), "{}: {said}", tool.language);
            checked += 1;
        }
        assert!(checked > 0, "no tool is here, not even a shell's");
    }

    #[test]
    fn a_program_that_is_not_there_or_does_not_work_is_told_before_any_code() {
        let missing = Tool {
            program: "no-such-program",
            ..TOOLS_SAMPLE
        };
        assert_eq!(
            shell(&missing.command(":")),
            (Some(0), format!("{MARK}missing no-such-program\n"))
        );
        let broken = Tool {
            script: "echo no use; false",
            ..TOOLS_SAMPLE
        };
        let told = (Some(0), format!("{MARK}broken\nno use\n"));
        assert_eq!(shell(&broken.command(":")), told);
    }

    const TOOLS_SAMPLE: Tool = Tool {
        language: "any",
        program: "cat",
        script: "give",
        sample: "fine",
        faults: &[1],
    };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_code_gets_out_into_the_shell(
            code in prop_oneof![any::<String>(), "['\"`$(){};|&<>\\\\\n]{0,40}", "(';touch x;'|`touch x`|\\$\\(touch x\\)|\nEOF\ntouch x\n){0,4}"]
        ) {
            let (exit, said) = shell(&TOOLS_SAMPLE.command(&code));
            // It comes out of the pipe as it was, and nothing else happens.
            assert_eq!((exit, said), (Some(0), format!("{MARK}checking\n{code}")));
        }
    }
}
