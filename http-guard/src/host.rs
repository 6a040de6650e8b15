//! By which names this machine is called.

use std::net::IpAddr;

use http::uri::Authority;

/// Whether only this machine can reach a server that is bound to `address`.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether a request with these `Host` headers means a server that is bound to `bound`: there is exactly
/// one, and it is `localhost`, a loopback address, or `bound` itself.
///
/// ```
/// use std::net::{IpAddr, Ipv4Addr};
/// let bound = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// assert!(http_guard::is_own_host([&b"localhost:8000"[..]], bound));
/// assert!(!http_guard::is_own_host([&b"rebound.example:8000"[..]], bound));
/// assert!(!http_guard::is_own_host([&b"localhost"[..], b"localhost"], bound));
/// ```
pub fn is_own_host<'a>(hosts: impl IntoIterator<Item = &'a [u8]>, bound: IpAddr) -> bool {
    let mut hosts = hosts.into_iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    Authority::try_from(host).is_ok_and(|named| is_own_authority(&named, bound))
}

/// Whether an authority, as a `Host` header or a request's URI has it, is one of this machine.
#[must_use]
pub fn is_own_authority(authority: &Authority, bound: IpAddr) -> bool {
    let host = authority.host();
    // Addresses of version 6 stand in brackets.
    let literal = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || literal
            .parse::<IpAddr>()
            .is_ok_and(|address| is_loopback(address) || address == bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_this_machine_are_its_own_and_no_others() {
        let bound: IpAddr = "192.0.2.7".parse().expect("an address");
        for own in [
            "localhost",
            "LOCALHOST:8000",
            "127.0.0.1:8000",
            "127.9.9.9",
            "[::1]:8000",
            "[::ffff:127.0.0.1]",
            "192.0.2.7:80",
        ] {
            assert!(is_own_host([own.as_bytes()], bound), "{own}");
        }
        for foreign in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "192.0.2.8",
            "[::2]",
            "local host",
            "\u{fffd}",
        ] {
            assert!(!is_own_host([foreign.as_bytes()], bound), "{foreign}");
        }
        assert!(!is_own_host([], bound));
    }
}
