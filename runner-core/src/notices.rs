//! What an executor wanted known about an attempt, without ending it or making it fail.

use executor_protocol::NoticeKind;

/// All notices of one kind in one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeCount {
    /// What they are about.
    pub kind: NoticeKind,
    /// How many there were.
    pub count: u64,
    /// The executor's words in the first one, bounded; may be empty.
    pub message: String,
}

/// The notices of one attempt: one entry per kind, in the order in which they first came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices(Vec<NoticeCount>);

/// The executor's words are kept up to this many characters.
const MESSAGE_CHARS: usize = 300;

impl Notices {
    /// Takes one more notice.
    pub fn record(&mut self, kind: NoticeKind, message: &str) {
        match self.0.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.count += 1,
            None => {
                let message = message.chars().take(MESSAGE_CHARS).collect();
                self.0.push(NoticeCount {
                    kind,
                    count: 1,
                    message,
                });
            }
        }
    }

    /// The notices, one entry per kind.
    pub fn iter(&self) -> std::slice::Iter<'_, NoticeCount> {
        self.0.iter()
    }
}

impl FromIterator<NoticeCount> for Notices {
    /// Notices that were counted elsewhere: one entry per kind, in the order in which they first came.
    fn from_iter<I: IntoIterator<Item = NoticeCount>>(notices: I) -> Self {
        Self(notices.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a Notices {
    type Item = &'a NoticeCount;
    type IntoIter = std::slice::Iter<'a, NoticeCount>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
