// One session's WebSocket: opened, kept open by opening it again, closed. It knows nothing of the page.

const AGAIN_FIRST_MS = 500;
const AGAIN_MAX_MS = 8000;

/** Keeps a WebSocket to a session and reports what it hears: `status` with words, `frame` with an object. */
export class Chat {
  #url;
  #token;
  #report;
  #socket = null;
  #wait = AGAIN_FIRST_MS;
  #timer = null;
  #ended = false;

  constructor(url, token, report) {
    this.#url = url;
    this.#token = token;
    this.#report = report;
    this.#open();
  }

  /** Sends a frame; false when there is no connection. */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #open() {
    this.#report.status("Connecting...");
    const socket = new WebSocket(this.#url, ["bearer", this.#token]);
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#report.status("Connected");
    };
    socket.onmessage = (event) => {
      this.#wait = AGAIN_FIRST_MS;
      this.#report.frame(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (this.#ended) return;
      // A connection that was lost is told; one that never opened stays at "Connecting...".
      if (opened) this.#report.status("Not connected");
      this.#timer = setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, AGAIN_MAX_MS);
    };
  }
}
