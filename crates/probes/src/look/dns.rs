//! `dns`: whether the system's resolver knows a name, and which addresses it stands for.

use super::attempt::Looking;
use super::{Trouble, connect};
use crate::judge::Seen;

pub(super) async fn look(host: &str, looking: &mut Looking) -> Result<Seen, Trouble> {
    let addresses = connect::resolve(host, looking).await?;
    Ok(Seen { addresses, ..Seen::default() })
}
