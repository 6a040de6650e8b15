//! The part of a streamed text that is still needed: as it came, in lower case, and when it came.
//!
//! Places are told as offsets in the whole text, counted in bytes from its beginning.

use std::time::Duration;

use super::fold::{Shifted, fold_into};

/// What of a text is still needed.
#[derive(Debug, Default, Clone)]
pub(super) struct Window {
    text: String,
    /// The offset at which `text` begins.
    base: u64,
    /// The lower-cased text, as far as it was folded.
    folded: Vec<u8>,
    folded_base: u64,
    /// How many bytes of `text` are folded.
    folded_text: usize,
    /// The characters in `text` that are longer or shorter in lower case.
    shifts: Vec<Shift>,
    /// When what follows an offset arrived.
    marks: Vec<(u64, Duration)>,
}

#[derive(Debug, Clone, Copy)]
struct Shift {
    start: u64,
    end: u64,
    folded_start: u64,
    folded_end: u64,
}

/// What is not needed is dropped once it is so long: dropping moves the rest.
const WORTH_DROPPING: usize = 16 * 1024;

/// A character has no more bytes than this.
pub(super) const LONGEST_CHARACTER: u64 = 4;

impl Window {
    /// The offset at which the window begins.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// The offset of the text's end so far.
    pub(super) fn end(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    /// The end of the folded text, by its own offsets.
    pub(super) fn folded_end(&self) -> u64 {
        self.folded_base + self.folded.len() as u64
    }

    /// How many bytes are not folded yet.
    pub(super) fn unfolded(&self) -> usize {
        self.text.len() - self.folded_text
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn folded(&self) -> &[u8] {
        &self.folded
    }

    /// Takes the next piece of the text, which came at `arrived`.
    pub(super) fn push(&mut self, text: &str, arrived: Option<Duration>) {
        if let Some(at) = arrived
            && self.marks.last().is_none_or(|&(_, last)| last != at)
        {
            self.marks.push((self.end(), at));
        }
        self.text.push_str(text);
    }

    /// Brings the folded text up to date.
    pub(super) fn fold(&mut self) {
        let (base, folded_base) = (self.base + self.folded_text as u64, self.folded_base);
        let shifts = &mut self.shifts;
        let unfolded = &self.text[self.folded_text..];
        fold_into(&mut self.folded, unfolded, |shifted| {
            let Shifted {
                at,
                bytes,
                folded_at,
                folded_bytes,
            } = shifted;
            let (start, folded_start) = (base + at as u64, folded_base + folded_at as u64);
            shifts.push(Shift {
                start,
                end: start + bytes as u64,
                folded_start,
                folded_end: folded_start + folded_bytes as u64,
            });
        });
        self.folded_text = self.text.len();
    }

    /// Drops what lies before `offset`, if that is worth it.
    pub(super) fn drop_before(&mut self, offset: u64) {
        let cut = self.floor(offset);
        let folded_cut = self.to_folded(self.base + cut as u64);
        if cut < WORTH_DROPPING.max(self.text.len() / 2) && cut < self.text.len() {
            return;
        }
        self.text.drain(..cut);
        self.base += cut as u64;
        self.folded_text -= cut;
        self.folded
            .drain(..(folded_cut - self.folded_base) as usize);
        self.folded_base = folded_cut;
        let base = self.base;
        let passed = self.shifts.partition_point(|shift| shift.end <= base);
        self.shifts.drain(..passed);
        let passed = self.marks.partition_point(|&(from, _)| from <= base);
        self.marks.drain(..passed.saturating_sub(1));
    }

    /// When the last byte before `end` arrived.
    pub(super) fn arrived(&self, end: u64) -> Option<Duration> {
        let later = self.marks.partition_point(|&(from, _)| from < end.max(1));
        let (_, at) = self.marks.get(later.checked_sub(1)?)?;
        Some(*at)
    }

    /// Where in the window the character begins in which `offset` lies; the end if it lies behind.
    pub(super) fn floor(&self, offset: u64) -> usize {
        let mut at = offset.saturating_sub(self.base).min(self.text.len() as u64) as usize;
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Where the first character behind `offset` begins, or the one that begins there.
    pub(super) fn ceil(&self, offset: u64) -> u64 {
        let mut at = offset.saturating_sub(self.base).min(self.text.len() as u64) as usize;
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        (self.base + at as u64).max(offset)
    }

    /// The folded offset of a character that begins at `offset`.
    pub(super) fn to_folded(&self, offset: u64) -> u64 {
        let passed = self.shifts.partition_point(|shift| shift.end <= offset);
        match passed.checked_sub(1).map(|last| self.shifts[last]) {
            Some(shift) => shift.folded_end + (offset - shift.end),
            None => self.folded_base + (offset - self.base),
        }
    }

    /// The offset of what stands at `folded` in the folded text: of the beginning of the character that it
    /// comes from, or of its end where `folded` lies inside of what comes from it and an end is asked for.
    pub(super) fn of_folded(&self, folded: u64, is_end: bool) -> u64 {
        let passed = self
            .shifts
            .partition_point(|shift| shift.folded_start < folded);
        let offset = match passed.checked_sub(1).map(|last| self.shifts[last]) {
            Some(shift) if folded < shift.folded_end && is_end => shift.end,
            Some(shift) if folded < shift.folded_end => shift.start,
            Some(shift) => shift.end + (folded - shift.folded_end),
            None => self.base + (folded - self.folded_base),
        };
        if is_end {
            self.ceil(offset)
        } else {
            self.base + self.floor(offset) as u64
        }
    }

    /// Where the folded text has `offset`, counted from the window's beginning.
    pub(super) fn folded_index(&self, offset: u64) -> usize {
        (self.to_folded(offset) - self.folded_base) as usize
    }

    /// The folded offset of an index in the window.
    pub(super) fn folded_offset(&self, index: usize) -> u64 {
        self.folded_base + index as u64
    }
}
