//! `websocket`: whether a server upgrades a connection, and by what it answers when it does not.

use super::attempt::Looking;
use super::http::{AGENT, header_texts, wire};
use super::{Trouble, Trust};
use crate::judge::Seen;
use crate::probe::WebAsk;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, protocol::WebSocketConfig};

/// How much of a refusal's words is read.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;

pub(super) async fn look(ask: &WebAsk, trust: &Trust, looking: &mut Looking) -> Result<Seen, Trouble> {
    let request = request(ask)?;
    let (wire, expires_at) = wire(ask, trust, looking).await?;
    let shaking = async {
        let config = WebSocketConfig::default();
        match tokio_tungstenite::client_async_with_config(request, wire, Some(config)).await {
            Ok((mut socket, response)) => {
                // A server that does not say goodbye has upgraded all the same.
                let _ = socket.close(None).await;
                Ok((response.status().as_u16(), header_texts(response.headers()), Vec::new()))
            }
            Err(Error::Http(response)) => {
                let (status, headers) = (response.status().as_u16(), header_texts(response.headers()));
                Ok((status, headers, response.into_body().unwrap_or_default()))
            }
            Err(Error::Io(error)) => Err(Trouble::of_io("asking for the upgrade", &error)),
            Err(error) => Err(Trouble::Target(format!("no WebSocket: {error}"))),
        }
    };
    let (status, headers, body) = looking.target("waiting for the upgrade", shaking).await?;
    looking.phases.processing = looking.lap();
    let said = body.get(..body.len().min(REFUSAL_BYTES_MAX)).unwrap_or_default();
    let body = String::from_utf8_lossy(said).into_owned();
    Ok(Seen { status: Some(status), headers, body, expires_at, ..Seen::default() })
}

fn request(ask: &WebAsk) -> Result<Request, Trouble> {
    let wrong = |why: String| Trouble::Own(format!("the request cannot be made: {why}"));
    let scheme = if ask.encrypted { "wss" } else { "ws" };
    let address = format!("{scheme}://{}{}", ask.authority, ask.target);
    let mut request = address.into_client_request().map_err(|error| wrong(error.to_string()))?;
    request.headers_mut().insert("user-agent", HeaderValue::from_static(AGENT));
    for (name, value) in &ask.headers {
        let name = HeaderName::try_from(name.as_str()).map_err(|error| wrong(error.to_string()))?;
        let value = HeaderValue::try_from(value.reveal()).map_err(|error| wrong(error.to_string()))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}
