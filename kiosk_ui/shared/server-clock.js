/**
 * The server's time on this screen: the offset that every exchange allows, approached slowly.
 *
 * An answer cannot have been written before its question left, nor after it was read: each exchange
 * gives the offset a ceiling by its way there and a floor by its way back. The lowest ceiling and
 * the highest floor seldom come from the same exchange, so that their middle is surer than that of
 * the fastest exchange (intersection, after Marzullo and RFC 5905): where each way takes 0 to 50 ms,
 * the fastest of 64 is 6 ms or more off one time in twenty, their middle 2. Floors and ceilings
 * grow less sure with age, since quartz drifts. What the screens see of it is slewed once it is
 * known: time never jumps under a change that is on the glass, and never runs backwards.
 */

const REMEMBERED = 64; // exchanges
const TRAINING = 16; // exchanges after which the offset is slewed, no longer set
const DRIFT = 1e-4; // ms that two clocks may part in a ms
const SLACK = 5; // ms an exchange may contradict the others and still tell of the same clock
const SLEW = 0.05; // of the time that passes
const STEP_BEYOND = 1000; // ms; further off than this is another clock, not a drift

/** @typedef {{ at: number, floor: number, ceiling: number }} Exchange `at`: when it ended; ms */

export class ServerClock {
  /** @param {() => number} [local] monotonic milliseconds of this screen */
  constructor(local = () => performance.now()) {
    this.local = local;
    /** @type {Exchange[]} */
    this.exchanges = [];
    this.learned = 0;
    this.target = 0;
    this.offset = 0;
    this.read = local();
    this.told = -Infinity;
    this.known = false;
  }

  /** Server time in milliseconds; never less than at the call before. */
  now() {
    const local = this.local();
    const most = (local - this.read) * SLEW;
    this.read = local;
    this.offset += Math.max(-most, Math.min(most, this.target - this.offset));
    this.told = Math.max(this.told, local + this.offset);
    return this.told;
  }

  get trained() {
    return this.learned >= TRAINING;
  }

  get seasoned() {
    return this.learned >= REMEMBERED;
  }

  /**
   * What one exchange tells.
   * @param {number} sent local time at which the question left
   * @param {number} server server time at which it was answered
   */
  learn(sent, server) {
    const at = this.local();
    const fresh = { at, floor: server - at, ceiling: server - sent };
    const known = this.allowed(at);
    if (fresh.floor > known.ceiling + SLACK || fresh.ceiling < known.floor - SLACK) this.exchanges = [];
    this.exchanges.push(fresh);
    if (this.exchanges.length > REMEMBERED) this.exchanges.shift();
    this.learned += 1;
    const { floor, ceiling } = this.allowed(at);
    this.aim((floor + ceiling) / 2);
  }

  /** Between what offsets all exchanges leave room. @param {number} at local time */
  allowed(at) {
    let floor = -Infinity;
    let ceiling = Infinity;
    for (const each of this.exchanges) {
      const drift = (at - each.at) * DRIFT;
      floor = Math.max(floor, each.floor - drift);
      ceiling = Math.min(ceiling, each.ceiling + drift);
    }
    return { floor, ceiling };
  }

  /**
   * A first idea from a message that came without a question; late by one way and by all that kept
   * this screen from reading it, so that any exchange overrides it.
   * @param {number} server server time at which it was sent
   */
  hint(server) {
    if (!this.known) this.aim(server - this.local());
  }

  /** @param {number} offset */
  aim(offset) {
    this.target = offset;
    const far = Math.abs(offset - this.offset) > STEP_BEYOND;
    if (far) this.told = -Infinity;
    if (far || !this.trained) this.offset = offset;
    this.known = true;
  }
}
