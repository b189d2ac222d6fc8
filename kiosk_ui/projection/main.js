/** A projection: follows its station, says one line, touches nothing. */

import { Connection, socketUrl } from "../shared/connection.js";
import { guardPage, part } from "../shared/dom.js";
import { inspection, Player } from "../shared/player.js";
import { Stage } from "../shared/stage.js";
import { Words } from "../shared/words.js";
import { ProjectionView } from "./view.js";

const { station } = document.body.dataset;
const byCss = new URLSearchParams(location.search).get("renderer") === "css";
const stage = new Stage(part(".stage"), byCss);
const view = new ProjectionView(Words.ofPage());
const connection = new Connection(socketUrl(`/ws/${station}/projection`));
const player = new Player(stage, connection.clock);

addEventListener("resize", () => {
  stage.moveTo(0, 0, innerWidth, innerHeight, false);
  player.resize();
});

guardPage();
player.start({
  onSnapshot: (snapshot) => view.follow(snapshot),
  onFrame: () => view.caption(stage.scene),
});
connection.start((message) => {
  if (message.type === "show") void player.receive(message);
  else view.empty();
});
Object.assign(window, { rekindle: inspection(player) });
