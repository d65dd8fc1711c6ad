//! The dead man's switch: somebody outside hears that all is well, for as long as it is.

use channels::{ChannelsConfig, DeadMansSwitch};
use core::time::Duration;
use engine::Engine;

/// Lets a service outside hear, as long as the core turns and keeps what it decides. Whoever then hears nothing any more
/// raises the alarm.
pub(crate) async fn hold_switch(engine: Engine, channels: ChannelsConfig) {
    let Some(config) = channels.dead_mans_switch else { return };
    let switch = DeadMansSwitch::new(&config, engine.clock());
    let mut heard = true;
    loop {
        let was_heard = match is_well(&engine).await {
            Ok(()) => switch.hold().await,
            Err(why) => Err(why),
        };
        match &was_heard {
            Err(why) if heard => tracing::error!("the dead man's switch is not held: {why}"),
            Ok(()) if !heard => tracing::info!("the dead man's switch is held again"),
            Ok(()) | Err(_) => {}
        }
        heard = was_heard.is_ok();
        engine.clock().pass(Duration::from_secs(config.every_s)).await;
    }
}

async fn is_well(engine: &Engine) -> Result<(), String> {
    engine.vitals().await.map_err(|error| error.to_string())?;
    engine.storage_fault().map_or(Ok(()), |fault| Err(format!("nothing is kept: {}", fault.why)))
}
