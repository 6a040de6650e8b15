# Shortcuts; `just` lists them. The commands behind them stand in CONTRIBUTING.md, for those without just.

_default:
    @just --list --unsorted

# Build the program as it is to be used
build:
    cargo build --release

# Run a suite (by default the one that ships): just run configs/categorised_example.json --tag quick
run *args:
    cargo run --release -- run {{ args }}

# Run all tests, or those of a name: just test a_gate
test *args:
    cargo test --workspace {{ args }}

# Format the code
fmt:
    cargo fmt --all

# Check format, lints, and the links in the documents
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    bash .ci/check-docs

# Build the documentation: just doc --open
doc *args:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps {{ args }}

# Measure; prints ratios
bench *args:
    cargo bench --workspace --bench '*' {{ args }}

# Measure the whole program against curl, wrk and plain processes: just bench-program stream
bench-program *names:
    cargo run --release -p xtask -- bench {{ names }}

# Check licences, sources and advisories of all dependencies (needs cargo-deny and a network)
deny:
    cargo deny check

# Everything that has to hold before a change is taken
ci:
    bash .ci/run
