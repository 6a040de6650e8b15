//! What shells and `man` are given.

use std::process::Command;

use crate::support::Scratch;

#[test]
fn shells_are_given_completions_that_they_can_read() {
    let scratch = Scratch::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = scratch.gauntlet(["completions", shell]).exits(0);
        for word in ["soak", "max-outage"] {
            assert!(ended.stdout.contains(word), "{shell}: {}", ended.stdout);
        }
    }
    scratch
        .gauntlet(["completions", "nosuch"])
        .exits(2)
        .says(["bash"]);
    let script = scratch.gauntlet(["completions", "bash"]).exits(0).stdout;
    scratch.write("completions.bash", script);
    // What a shell completes after `gauntlet so`.
    let asked = ". ./completions.bash; COMP_WORDS=(gauntlet so); COMP_CWORD=1; \
                 _gauntlet gauntlet so gauntlet; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let answer = Command::new("bash")
        .args(["--norc", "-c", asked])
        .current_dir(scratch.folder())
        .output();
    match answer {
        Ok(answer) => assert_eq!(String::from_utf8_lossy(&answer.stdout), "soak\n"),
        Err(error) => eprintln!("skipped: bash: {error}"),
    }
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let scratch = Scratch::new();
    let page = scratch.gauntlet(["man"]).exits(0).stdout;
    assert!(
        page.contains(".TH gauntlet 1") && page.contains("graduation"),
        "{page}"
    );
    scratch.gauntlet(["man", "--out", "man"]).exits(0);
    for name in ["gauntlet.1", "gauntlet-soak.1", "gauntlet-man.1"] {
        assert!(scratch.exists(&format!("man/{name}")), "{name}");
    }
    assert!(scratch.read("man/gauntlet-soak.1").contains("max\\-outage"));
}
