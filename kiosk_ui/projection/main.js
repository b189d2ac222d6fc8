/** A projection: follows its station, says one line, touches nothing. */

import { Connection, socketUrl } from "../shared/connection.js";
import { guardPage, part } from "../shared/dom.js";
import { soundsOf } from "../shared/heard.js";
import { inspection, Player } from "../shared/player.js";
import { Stage } from "../shared/stage.js";
import { Words } from "../shared/words.js";
import { Invitation } from "./invitation.js";
import { LifeSize } from "./life-size.js";
import { LightsOut } from "./lights-out.js";
import { Piece } from "./programme.js";
import { Turnover } from "./turnover.js";
import { ProjectionView } from "./view.js";

const { station } = document.body.dataset;
const byCss = new URLSearchParams(location.search).get("renderer") === "css";
const stage = new Stage(part(".stage"), byCss);
const words = Words.ofPage();
const view = new ProjectionView(words);
const piece = new Piece(words);
const invitation = new Invitation(words);
const lifeSize = new LifeSize(stage);
const connection = new Connection(socketUrl(`/ws/${station}/projection`));
const player = new Player(stage, connection.clock);
const lightsOut = new LightsOut(player);
const turnover = new Turnover(player);

addEventListener("resize", () => {
  const { edition, snapshot } = player;
  if (snapshot === null) stage.moveTo(0, 0, innerWidth, innerHeight, false);
  else lifeSize.follow(snapshot, edition?.photo(snapshot.photo) ?? null, false);
  player.resize();
});

guardPage();
player.start({
  adapt: (snapshot) => {
    const score = lightsOut.adapt(snapshot);
    turnover.follow(snapshot, score);
    return score;
  },
  sounds: ({ place }, edition) =>
    soundsOf(edition, { stories: false, programmes: place.sound === "projection" }),
  onSnapshot: (snapshot, edition) => {
    view.follow(snapshot);
    stage.gaze.mirrored = document.documentElement.dir === "rtl";
    piece.follow(snapshot, edition);
    invitation.follow(snapshot, edition);
    lifeSize.follow(snapshot, edition.photo(snapshot.photo), true);
  },
  onFrame: (shown, now) => {
    turnover.frame(shown);
    if (!connection.alive) lightsOut.alone(now);
    piece.frame(now, lightsOut.dark);
    view.caption(stage.scene, lightsOut.dark);
    // It is not told of a dark wall, nor of one that would not follow the screen.
    invitation.frame(now, lightsOut.dark || !connection.alive);
  },
});
connection.start((message) => {
  if (message.type === "show") void player.receive(message);
  else view.empty();
});
Object.assign(window, { rekindle: inspection(player), rekindleSound: piece.sound });
