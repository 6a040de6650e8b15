//! Which cassette answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use cassette::{Cassette, Dialect};

/// What a client wants to be answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Wanted {
    Ndjson,
    Sse,
    /// Either of the two.
    AnyHttp,
    JsonRpc,
}

impl Wanted {
    fn takes(self, dialect: Dialect) -> bool {
        match self {
            Self::Ndjson => matches!(dialect, Dialect::Ndjson | Dialect::Auto),
            Self::Sse => matches!(dialect, Dialect::Sse | Dialect::Auto),
            Self::AnyHttp => dialect != Dialect::JsonRpc,
            Self::JsonRpc => dialect == Dialect::JsonRpc,
        }
    }
}

/// All cassettes, and which of them was played last.
#[derive(Debug)]
pub(crate) struct Library {
    by_command: HashMap<String, Vec<Arc<Cassette>>>,
    played: Mutex<HashMap<(String, Wanted), usize>>,
    essence: fn(&str) -> &str,
}

impl Library {
    pub(crate) fn new(cassettes: Vec<Cassette>, essence: fn(&str) -> &str) -> Self {
        let mut by_command: HashMap<_, Vec<_>> = HashMap::new();
        for cassette in cassettes {
            let command = essence(&cassette.head.command).to_owned();
            by_command.entry(command).or_default().push(cassette.into());
        }
        Self {
            by_command,
            played: Mutex::default(),
            essence,
        }
    }

    /// The cassette whose turn it is to answer `command`.
    pub(crate) fn next(&self, command: &str, wanted: Wanted) -> Option<Arc<Cassette>> {
        let command = (self.essence)(command);
        let all = self.by_command.get(command)?.iter();
        let fitting: Vec<_> = all.filter(|it| wanted.takes(it.head.dialect)).collect();
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = played.entry((command.to_owned(), wanted)).or_default();
        let next = fitting.get(*turn % fitting.len().max(1))?;
        *turn += 1;
        Some(Arc::clone(next))
    }
}

#[cfg(test)]
mod tests {
    use cassette::Head;

    use super::*;

    fn cassette(dialect: Dialect, command: &str, id: &str) -> Cassette {
        Cassette {
            head: Head::new(dialect, command, id),
            records: Vec::new(),
        }
    }

    #[test]
    fn cassettes_of_one_command_are_played_in_turn() {
        let cassettes = vec![
            cassette(Dialect::Ndjson, "a", "1"),
            cassette(Dialect::JsonRpc, "a", "2"),
            cassette(Dialect::Ndjson, "b", "3"),
            cassette(Dialect::Ndjson, "mark a", "4"),
        ];
        let library = Library::new(cassettes, |it| it.strip_prefix("mark ").unwrap_or(it));
        let next = |command, wanted| {
            let cassette = library.next(command, wanted)?;
            Some(cassette.head.execution_id.clone())
        };
        let ids = [(); 3].map(|()| next("a", Wanted::Ndjson).expect("there is one"));
        assert_eq!(ids, ["1", "4", "1"]);
        assert_eq!(next("mark b", Wanted::AnyHttp).as_deref(), Some("3"));
        assert_eq!(next("a", Wanted::JsonRpc).as_deref(), Some("2"));
        assert_eq!(next("b", Wanted::Sse), None);
        assert_eq!(next("c", Wanted::Ndjson), None);
    }
}
