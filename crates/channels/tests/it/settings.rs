//! What is found wrong with the settings before any page is sent.

use crate::At;
use crate::noon;
use channels::{ChannelsConfig, ChannelsError, couriers};
use engine::ports::Clock;
use incident::Channel;
use std::sync::Arc;

fn channels_of(text: &str) -> Result<Vec<Channel>, ChannelsError> {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config: ChannelsConfig = toml::from_str(text).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(At(noon()));
    Ok(couriers(&config, &clock)?.iter().map(|courier| courier.channel()).collect())
}

#[test]
fn there_is_a_courier_for_each_channel_with_settings() {
    assert_eq!(channels_of("").unwrap(), [Channel::Handset]);
    let all = "[smtp]\nhost = 'mail.test'\nfrom = 'a@b.test'\n[webhook]\n\
               secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\n[slack]\n";
    let expected = [Channel::Handset, Channel::Email, Channel::Webhook, Channel::Slack];
    assert_eq!(channels_of(all).unwrap(), expected);
}

#[test]
fn what_cannot_work_is_named() {
    for (text, words) in [
        ("[webhook]\nsecret = 'hunter2'", "`webhook.secret` must be"),
        ("[smtp]\nhost = 'x'\nfrom = 'nobody'", "`smtp.from` is no mail address: `nobody`"),
        ("[smtp]\nhost = 'x'\nfrom = 'a@b.test'\nuser = 'u'", "need each other"),
        (
            "[smtp]\nhost = 'mail.test'\ntls = 'none'\nfrom = 'a@b.test'\nuser = 'u'\npassword = 'hunter2'",
            "would go to `mail.test` unencrypted",
        ),
        ("[smtp]\nhost = 'x'\nfrom = 'a@b.test'\nca_file = '/nonexistent/ca.pem'", "`/nonexistent/ca.pem`"),
    ] {
        let error = channels_of(text).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("hunter2"), "{error}");
    }
}
