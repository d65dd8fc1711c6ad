//! `tcp`: whether a port takes a connection.

use super::attempt::Looking;
use super::{Trouble, connect};
use crate::judge::Seen;
use crate::probe::Place;

pub(super) async fn look(place: &Place, looking: &mut Looking) -> Result<Seen, Trouble> {
    let stream = connect::tcp(place, looking).await?;
    let addresses = stream.peer_addr().map(|peer| vec![peer.ip()]).unwrap_or_default();
    Ok(Seen { addresses, ..Seen::default() })
}
