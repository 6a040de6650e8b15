//! Stable names.

use crate::BadValue;

/// What `find` makes of a name.
pub(crate) fn named<T>(
    what: &'static str,
    name: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Result<T, BadValue> {
    find(name).ok_or_else(|| BadValue::new(what, name))
}
