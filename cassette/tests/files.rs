//! Cassettes as files: written and read back, cut, and not written by us at all.

use std::time::Duration;

use cassette::{CaseName, Cassette, Dialect, End, Head, ReadError, Record, Unplayable, What};
use proptest::prelude::*;

fn head() -> impl Strategy<Value = Head> {
    let dialect = prop::sample::select(vec![
        Dialect::Ndjson,
        Dialect::Sse,
        Dialect::Auto,
        Dialect::JsonRpc,
    ]);
    let case = prop::option::of((".*", ".*").prop_map(|(suite, id)| CaseName { suite, id }));
    let timeout = prop::option::of((1..1_000_000_000_u64).prop_map(Duration::from_micros));
    (dialect, ".*", ".*", timeout, case, prop::option::of(".*")).prop_map(
        |(dialect, command, id, timeout, case, websocket_key)| Head {
            timeout,
            case,
            websocket_key,
            ..Head::new(dialect, command, id)
        },
    )
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        Just(What::Connected),
        Just(What::Reused),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(What::Received),
        ".*".prop_map(|text: String| What::Received(text.into_bytes())),
        ".*".prop_map(What::Sent),
        (1..1000_u64, 1..10_u64).prop_map(|(bytes, reads)| What::Missing { bytes, reads }),
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Complete),
        Just(End::Closed),
        Just(End::Cut),
        Just(End::Reset),
        ".*".prop_map(End::Broken),
        ".*".prop_map(End::ConnectFailed),
        ".*".prop_map(End::TlsFailed),
        Just(End::Left),
    ]
}

fn cassette() -> impl Strategy<Value = Cassette> {
    let steps = prop::collection::vec((0..5_000_000_u64, what()), 0..20);
    (head(), steps, end()).prop_map(|(head, steps, end)| {
        let mut at = Duration::ZERO;
        let mut records = Vec::new();
        for (later, what) in steps {
            at += Duration::from_micros(later);
            records.push(Record { at, what });
        }
        records.push(Record {
            at,
            what: What::End(end),
        });
        Cassette { head, records }
    })
}

fn file(cassette: &Cassette) -> Vec<u8> {
    let mut file = Vec::new();
    cassette.write(&mut file).expect("memory takes everything");
    file
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(cassette in cassette()) {
        let read = Cassette::read(&file(&cassette)[..]).expect("it was written by us");
        prop_assert_eq!(read, cassette);
    }

    #[test]
    fn a_file_that_was_cut_is_read_as_far_as_it_goes(cassette in cassette(), at in 0.0..1.0f64) {
        let file = file(&cassette);
        let cut = &file[..(file.len() as f64 * at) as usize];
        match Cassette::read(cut) {
            Ok(read) => {
                prop_assert_eq!(&read.head, &cassette.head);
                prop_assert!(cassette.records.starts_with(&read.records));
                if read.end().is_none() {
                    prop_assert!(read.check_playable().is_err());
                }
            }
            Err(error) => {
                let is_inside_head = !cut.contains(&b'\n');
                prop_assert!(is_inside_head, "{}", error);
            }
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Cassette::read(&bytes[..]);
    }

    #[test]
    fn no_file_that_was_tampered_with_makes_the_reader_panic(
        cassette in cassette(),
        at in 0.0..1.0f64,
        bytes in prop::collection::vec(any::<u8>(), 1..8),
    ) {
        let mut file = file(&cassette);
        let at = (file.len() as f64 * at) as usize;
        let end = (at + bytes.len()).min(file.len());
        file[at..end].copy_from_slice(&bytes[..end - at]);
        let _ = Cassette::read(&file[..]);
    }
}

const HEAD: &str = r#"{"cassette":1,"dialect":"ndjson","request":{"command":"true","execution_id":"x"},"max_line_bytes":10}"#;

fn refusal(records: &str) -> String {
    let file = format!("{HEAD}\n{records}");
    let error = Cassette::read(file.as_bytes()).expect_err("it is refused");
    error.to_string()
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line() {
    for (records, why) in [
        (
            "{\"at_us\":1}\n",
            "line 2: a record is about exactly one thing",
        ),
        (
            "{\"at_us\":1,\"sent\":\"a\",\"received\":\"b\"}\n",
            "line 2: a record is about exactly one thing",
        ),
        (
            "{\"at_us\":2,\"sent\":\"a\"}\n{\"at_us\":1,\"sent\":\"b\"}\n",
            "line 3: it happened before what stands before it",
        ),
        (
            "{\"at_us\":2,\"end\":{\"how\":\"left\"}}\n{\"at_us\":2,\"sent\":\"b\"}\n",
            "line 3: nothing comes after the end",
        ),
        (
            "{\"at_us\":18446744073709551615,\"sent\":\"a\"}\n",
            "line 2: no execution takes that long",
        ),
        (
            "{\"at_us\":2,\"received_base64\":\"?\"}\n",
            "line 2: the bytes are no base64",
        ),
        ("{\"at_us\":2,\"heard\":\"a\"}\n", "line 2 is no record"),
    ] {
        assert_eq!(refusal(records), why);
    }
}

#[test]
fn another_version_is_told_by_its_number() {
    let error = Cassette::read(&br#"{"cassette":2,"anything":"else"}"#[..]).expect_err("refused");
    assert!(matches!(error, ReadError::Version { version: 2 }));
}

#[test]
fn a_cassette_without_its_middle_or_its_end_is_not_played() {
    let read = |records: &str| {
        let file = format!("{HEAD}\n{records}");
        let cassette = Cassette::read(file.as_bytes()).expect("valid");
        cassette.check_playable()
    };
    let missing = "{\"at_us\":1,\"missing\":{\"bytes\":9,\"reads\":1}}\n";
    assert_eq!(read(missing), Err(Unplayable::Missing { bytes: 9 }));
    assert_eq!(read(""), Err(Unplayable::Cut));
    assert_eq!(read("{\"at_us\":1,\"end\":{\"how\":\"closed\"}}\n"), Ok(()));
}

/// The example in the documentation of the format.
const DOCUMENT: &str = include_str!("../../docs/cassettes.md");

#[test]
fn the_example_in_the_documentation_is_a_cassette() {
    let example = DOCUMENT
        .split("```json\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("there is an example");
    let cassette = Cassette::read(example.as_bytes()).expect("it is valid");
    assert_eq!(cassette.check_playable(), Ok(()));
    assert_eq!(cassette.head.command, "echo hello");
    assert_eq!(file(&cassette), example.as_bytes());
}
