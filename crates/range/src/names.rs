//! The names under which people's browsers reach the services, in three families: the product's own names through the
//! TLS front, `*.localhost` through the plain front (browsers take those to this machine without being told), and plain
//! addresses. Whoever was asked by one family answers with links of the same.

use crate::call::Caller;
use crate::log::ServiceName;

/// What the front knows a service by, in the family of the product's names and in that of this machine.
fn names_of(service: ServiceName) -> Option<(&'static str, &'static str)> {
    match service {
        ServiceName::Site => Some(("tabbi.dev", "tabbi.localhost")),
        ServiceName::Edge => Some(("api.tabbi.dev", "api.tabbi.localhost")),
        ServiceName::Backend => Some(("cheery-anaconda-510.convex.site", "backend.tabbi.localhost")),
        ServiceName::Provider => Some(("github.com", "github.localhost")),
        ServiceName::Front | ServiceName::Sandbox | ServiceName::Load => None,
    }
}

/// The service behind a name of this machine's family.
pub(crate) fn service_of_localhost(host: &str) -> Option<ServiceName> {
    ServiceName::ALL.into_iter().find(|service| names_of(*service).is_some_and(|(_, local)| local == host))
}

/// The origin of a service in the family of the name that somebody asked by: scheme, host, port. `None` for a service
/// that has no name, or no address at the moment.
pub(crate) fn origin_of(service: ServiceName, asked_host: &str, caller: &Caller) -> Option<String> {
    let (public, local) = names_of(service)?;
    let (host, port) =
        asked_host.rsplit_once(':').map_or((asked_host, None), |(host, port)| (host, Some(port)));
    if host.ends_with(".localhost") {
        return Some(match port {
            Some(port) => format!("http://{local}:{port}"),
            None => format!("http://{local}"),
        });
    }
    if host == "127.0.0.1" {
        return Some(format!("http://{}", caller.address(service).ok()?));
    }
    Some(format!("https://{public}"))
}

/// A text as one value of a query or of a fragment.
pub(crate) fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn links_stay_in_the_family_of_the_question() {
        let caller = Caller::new(Path::new("/nonexistent"));
        for (host, origin) in [
            ("tabbi.localhost:8080", Some("http://github.localhost:8080")),
            ("tabbi.localhost", Some("http://github.localhost")),
            ("tabbi.dev", Some("https://github.com")),
            ("any-deployment-7.convex.site", Some("https://github.com")),
            ("127.0.0.1:4711", None),
        ] {
            assert_eq!(origin_of(ServiceName::Provider, host, &caller).as_deref(), origin, "{host}");
        }
        assert_eq!(origin_of(ServiceName::Sandbox, "tabbi.dev", &caller), None);
    }

    #[test]
    fn what_stands_in_a_query_is_one_value() {
        assert_eq!(percent("a b&c=d#é"), "a%20b%26c%3Dd%23%C3%A9");
    }

    #[test]
    fn names_of_this_machine_lead_to_their_service() {
        assert_eq!(service_of_localhost("api.tabbi.localhost"), Some(ServiceName::Edge));
        assert_eq!(service_of_localhost("tabbi.localhost"), Some(ServiceName::Site));
        assert_eq!(service_of_localhost("localhost"), None);
    }
}
