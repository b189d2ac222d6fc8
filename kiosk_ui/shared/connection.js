/** A socket to the station that notices silence, comes back by itself and keeps the server's time. */

import { ServerClock } from "./server-clock.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */
/** @typedef {import("../types/messages.js").ServerMessage} ServerMessage */
/** @typedef {Exclude<ServerMessage, { type: "pong" }>} Show */

const PING_EVERY = 1000; // ms
const FIRST_PINGS_EVERY = 80; // ms, until the server's time is known
const EARLY_PINGS_EVERY = 250; // ms, until it is known well
const DEAD_AFTER = 6000; // ms without a word from the server
const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 10000; // ms

/** @param {string} path of a socket on this page's server */
export function socketUrl(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export class Connection {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.clock = new ServerClock();
    /** @type {(message: Show) => void} */
    this.onShow = () => {};
    /** @type {WebSocket | null} */
    this.socket = null;
    this.revision = -1;
    this.heard = 0;
    this.wait = FIRST_WAIT;
  }

  /** @param {(message: Show) => void} onShow called with every snapshot that is news */
  start(onShow) {
    this.onShow = onShow;
    this.open();
    setInterval(() => this.beat(), PING_EVERY);
  }

  get alive() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /**
   * Says something, or drops it while nobody listens.
   * @param {KioskMessage} message
   */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  open() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heard = performance.now();
    socket.onopen = () => {
      this.revision = -1;
      this.train(socket);
    };
    socket.onmessage = (event) => {
      this.heard = performance.now();
      this.wait = FIRST_WAIT;
      this.receive(JSON.parse(event.data));
    };
    socket.onclose = () => this.abandon();
  }

  /** @param {ServerMessage} message */
  receive(message) {
    switch (message.type) {
      case "pong":
        return this.clock.learn(message.sent, message.now);
      case "show":
        this.clock.hint(message.now);
        if (message.revision <= this.revision) return;
        this.revision = message.revision;
        return this.onShow(message);
      case "empty":
        return this.onShow(message);
    }
  }

  /** @param {WebSocket} socket the questions end with it */
  train(socket) {
    if (socket !== this.socket) return;
    this.ping();
    const pause = this.clock.trained ? EARLY_PINGS_EVERY : FIRST_PINGS_EVERY;
    if (!this.clock.seasoned) setTimeout(() => this.train(socket), pause);
  }

  ping() {
    this.send({ type: "ping", sent: performance.now() });
  }

  beat() {
    if (this.socket === null) return;
    if (performance.now() - this.heard > DEAD_AFTER) this.abandon();
    else this.ping();
  }

  /**
   * Leaves the socket behind and tries anew later. A half-open one can look connected, and its
   * `close()` can hang for minutes, so nothing of it is listened to any more.
   */
  abandon() {
    const socket = this.socket;
    if (socket === null) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    setTimeout(() => this.open(), this.wait * (0.5 + Math.random() / 2));
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }
}
