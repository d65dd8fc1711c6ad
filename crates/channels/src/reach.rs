//! Whether a page to an address could ever leave, as far as settings can tell. Connects to nothing.

use crate::config::ChannelsConfig;
use crate::http;
use incident::{Channel, Contact};

/// Why no page can ever reach this contact; `None` when nothing speaks against it. Never repeats the address.
#[must_use]
pub fn unreachable(config: &ChannelsConfig, contact: &Contact) -> Option<&'static str> {
    let address = contact.address.as_str();
    match contact.channel {
        Channel::Handset => None,
        Channel::Email if config.smtp.is_none() => Some("there is no [channels.smtp]"),
        Channel::Email => no_mailbox(address),
        Channel::Webhook if config.webhook.is_none() => Some("there is no [channels.webhook]"),
        Channel::Slack if config.slack.is_none() => Some("there is no [channels.slack]"),
        Channel::Webhook | Channel::Slack => http::address(address).err(),
    }
}

fn no_mailbox(address: &str) -> Option<&'static str> {
    address.trim().parse::<lettre::Address>().err().map(|_| "the address is no mail address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(settings: &str, channel: Channel, address: &str) -> Option<&'static str> {
        let config: ChannelsConfig = toml::from_str(settings).unwrap();
        unreachable(&config, &Contact::new(channel, address.into()))
    }

    #[test]
    fn a_channel_without_settings_carries_nothing() {
        assert_eq!(fault("", Channel::Email, "a@b.test"), Some("there is no [channels.smtp]"));
        assert_eq!(fault("", Channel::Webhook, "https://a.test"), Some("there is no [channels.webhook]"));
        assert_eq!(fault("", Channel::Slack, "https://a.test"), Some("there is no [channels.slack]"));
        assert_eq!(fault("", Channel::Handset, "anything"), None);
    }

    #[test]
    fn an_address_that_is_none_is_found_before_the_night() {
        let smtp = "[smtp]\nhost = 'mail.test'\nfrom = 'a@b.test'\n";
        assert_eq!(fault(smtp, Channel::Email, "a@b.test"), None);
        assert_eq!(fault(smtp, Channel::Email, "the primary"), Some("the address is no mail address"));
        for (address, wrong) in [("https://a.test/x", false), ("ftp://a.test", true), ("a.test", true)] {
            assert_eq!(fault("[slack]", Channel::Slack, address).is_some(), wrong, "{address}");
        }
    }
}
