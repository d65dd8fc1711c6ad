//! `tls`: whether a server's certificate is believed, and for how long still.

use super::attempt::Looking;
use super::{Trouble, Trust, connect};
use crate::judge::Seen;
use crate::probe::Place;
use std::path::Path;

pub(super) async fn look(
    place: &Place,
    ca: Option<&Path>,
    trust: &Trust,
    looking: &mut Looking,
) -> Result<Seen, Trouble> {
    let stream = connect::tcp(place, looking).await?;
    let addresses = stream.peer_addr().map(|peer| vec![peer.ip()]).unwrap_or_default();
    let encrypted = connect::encrypt(stream, place, (trust, ca), looking).await?;
    Ok(Seen { addresses, expires_at: encrypted.expires_at, ..Seen::default() })
}
