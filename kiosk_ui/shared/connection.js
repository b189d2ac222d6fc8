/** A socket to the station that notices silence, comes back by itself and keeps the server's time. */

import { ServerClock } from "./server-clock.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */
/** @typedef {import("../types/messages.js").ServerMessage} ServerMessage */
/** @typedef {Exclude<ServerMessage, { type: "pong" }>} Show */

/**
 * What a screen does without its server.
 * @typedef {object} Absence
 * @property {() => void} begin the server is gone
 * @property {(message: KioskMessage) => void} unheard it was said, and no server heard it
 * @property {() => KioskMessage | null} end the server is back; what it must be told first
 */

const PING_EVERY = 1000; // ms
const FIRST_PINGS_EVERY = 80; // ms, until the server's time is known
const EARLY_PINGS_EVERY = 250; // ms, until it is known well
const DEAD_AFTER = 3500; // ms without a word from the server
const ECHO_WITHIN = 1000; // ms; after that the server's word counts, whatever it was told
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
    /** @type {Absence | null} */
    this.absence = null;
    /** @type {KioskMessage[]} */
    this.unanswered = [];
    /** @type {Show | null} */
    this.withheld = null;
    this.waitsUntil = -Infinity;
    this.beaten = -Infinity;
    this.opened = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.revision = -1;
    this.heard = 0;
    this.wait = FIRST_WAIT;
  }

  /**
   * @param {(message: Show) => void} onShow called with every snapshot that is news
   * @param {Absence} [absence] else what is said while the server is gone is dropped
   */
  start(onShow, absence) {
    this.onShow = onShow;
    this.absence = absence ?? null;
    this.open();
    setInterval(() => this.beat(), PING_EVERY);
  }

  get alive() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** @param {KioskMessage} message */
  send(message) {
    const isPing = message.type === "ping";
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
      if (!isPing) this.unanswered.push(message);
    } else if (!isPing) {
      this.absence?.unheard(message);
    }
  }

  open() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heard = performance.now();
    socket.onopen = () => {
      this.revision = -1;
      this.opened = true;
      this.goOn();
      this.train(socket);
    };
    socket.onmessage = (event) => {
      this.heard = performance.now();
      this.wait = FIRST_WAIT;
      this.unanswered.length = 0;
      this.receive(JSON.parse(event.data));
    };
    socket.onclose = () => this.abandon();
  }

  /** Tells the server first what went on without it; its own first word waits for the answer. */
  goOn() {
    const first = this.absence?.end() ?? null;
    this.withheld = null;
    this.waitsUntil = first ? performance.now() + ECHO_WITHIN : -Infinity;
    if (first === null) return;
    this.send(first);
    setTimeout(() => this.withheld && this.show(this.withheld), ECHO_WITHIN);
  }

  /** @param {Show} message */
  show(message) {
    const waits = this.withheld === null && performance.now() < this.waitsUntil;
    this.withheld = waits ? message : null;
    this.waitsUntil = waits ? this.waitsUntil : -Infinity;
    if (!waits) this.onShow(message);
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
        return this.show(message);
      case "empty":
        return this.show(message);
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
    const now = performance.now();
    // A page that stood still has not heard what has come meanwhile: it listens once more.
    const stood = now - this.beaten > 2 * PING_EVERY;
    this.beaten = now;
    if (this.socket === null) return;
    if (now - this.heard > DEAD_AFTER && !stood) this.abandon();
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
    this.withheld = null;
    if (this.opened) this.absence?.begin();
    this.opened = false;
    for (const message of this.unanswered.splice(0)) this.absence?.unheard(message);
    setTimeout(() => this.open(), this.wait * (0.5 + Math.random() / 2));
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }
}
