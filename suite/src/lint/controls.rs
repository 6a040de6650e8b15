//! Outputs that show nothing: a pattern that is found in one of them proves little.

/// How programs and executors write the time. Every digit is there.
pub(super) const TIMESTAMPS: &str = "2025-06-30T21:45:05.987Z 2026-11-24 18:39:07 [1732506789.012]";

/// What the Claude CLI prints first, before it has been asked anything.
pub(super) const CLAUDE_INIT: &str = concat!(
    r#"{"type":"system","subtype":"init","cwd":"/tmp/work","session_id":"0f3b9c1e-5a27-4d68-9e04-7b1c2d3e4f56","#,
    r#""tools":["Task","Bash","Glob","Grep","Read","Edit","Write","WebFetch","TodoWrite","WebSearch"],"#,
    r#""mcp_servers":[],"model":"claude-sonnet-4-5-20250929","permissionMode":"default","#,
    r#""slash_commands":["compact","context","cost","init","review"],"apiKeySource":"none","#,
    r#""claude_code_version":"2.0.42","output_style":"default","agents":["general-purpose","Explore","Plan"],"#,
    r#""skills":[],"plugins":[],"uuid":"8d1e6f70-2b3c-4a5d-8e9f-1c2d3e4f5a6b"}"#,
);
