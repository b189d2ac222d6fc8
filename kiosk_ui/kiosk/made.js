/** "How was this made?": every stage's steps in plain words, from their paradata. */

import { element } from "../shared/dom.js";
import { stageName, wholePercent } from "../shared/labels.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionStage} Stage */
/** @typedef {import("../types/edition.js").PlainParadata} Step */

/** @type {Record<string, string>} */
const OPERATIONS = {
  "find-damage": "Scratches, dust and tears were found.",
  mend: "What was damaged was filled in from what lies around it and what shows through it.",
  clear: "A small trained network calmed the grain and undid some of the blur.",
  denoise: "Grain and noise were quietened.",
  tone: "Faded tones were spread again over the range of a print.",
  enlarge: "The picture was enlarged and its edges were sharpened.",
  colour: "Colour was added, from the colours that are known.",
  retouch: "A restorer went over it by hand.",
  enhance: "A trained network made the picture clearer.",
  inpaint: "A trained network painted in what was damaged.",
  redraw: "A model drew the picture anew, held to the photograph.",
  recolour: "A model suggested colours; lightness stayed the photograph's.",
  edit: "A model changed the picture as it was told in words.",
};

/** @type {Record<string, string>} */
const ENGINES = {
  classic: "Plain calculation, without a trained model",
  nets: "A trained network, in one pass",
  diffusion: "A model that draws pictures from noise",
  hand: "A person",
};

/** @param {Words} words @param {number} share 0..1 */
function percent(words, share) {
  if (share === 0) return words.say("nothing");
  const whole = wholePercent(share);
  return whole === 0 ? words.say("less than 1 %") : words.say("{percent} %", { percent: whole });
}

/** What a step did. @param {Words} words @param {Step} step */
export function sentence(words, step) {
  const known = OPERATIONS[step.operation];
  return known ? words.say(known) : `${step.engine} · ${step.operation}`;
}

/** @param {Words} words @param {string} moment ISO 8601 */
function day(words, moment) {
  return new Intl.DateTimeFormat(words.locale, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(moment),
  );
}

/**
 * With what, when and by whom a stage's steps were made; said once where they agree.
 * @param {Words} words @param {Step[]} steps
 */
function makers(words, steps) {
  const lines = steps.map((step) => {
    // The classic engine brings one small network along: what it made was not merely calculated.
    const kind = step.engine === "classic" && step.weights !== null ? "nets" : step.engine;
    const engine = ENGINES[kind] ? words.say(ENGINES[kind]) : step.engine;
    const version = `${step.engine} ${step.engine_version}`;
    return [engine, version, day(words, step.made_at), step.who ?? ""].filter(Boolean);
  });
  const told = new Map(lines.map((line) => [line.join("\n"), line]));
  return [...told.values()].map((line) => {
    const dot = () => element("i", "", words.say(" · "));
    const parts = line.map((part, place) => element("span", "", ...(place ? [dot()] : []), part));
    return element("p", "maker", ...parts);
  });
}

/**
 * What guards found of a model's steps, where any ran.
 * @param {Words} words @param {Step[]} steps
 */
function found(words, steps) {
  return steps.flatMap(({ measures, signed }) => {
    const { identity, displacement } = measures;
    const lines = [];
    if (displacement !== undefined) {
      const pixels = displacement.toFixed(1);
      lines.push(words.say("Checked: nearly everything lies within {pixels} pixels of where it was.", { pixels }));
    }
    if (identity !== undefined) {
      const likeness = percent(words, identity);
      lines.push(words.say("Checked: the face that changed most is alike by {likeness}.", { likeness }));
    }
    if (signed) lines.push(words.say("{name} answers for it.", { name: signed }));
    return lines.map((line) => element("p", "", line));
  });
}

/** @param {Words} words @param {Stage} stage */
function stageSection(words, stage) {
  const share = words.say("Of the picture, {altered} is altered and {invented} is added.", {
    altered: percent(words, stage.altered),
    invented: percent(words, stage.invented),
  });
  const steps = stage.paradata.map((step) => element("li", "", sentence(words, step)));
  return element(
    "section",
    "made",
    element("h3", "", stageName(words, stage.name)),
    element("ul", "", ...steps),
    element("p", "", share),
    ...found(words, stage.paradata),
    ...makers(words, stage.paradata),
  );
}

/** @param {Photo} photo @param {Words} words @returns {HTMLElement[]} */
export function howMade(photo, words) {
  const scan = element(
    "section",
    "made",
    element("h3", "", stageName(words, "scan")),
    element("p", "", words.say("The scan, as it came. It is never changed.")),
  );
  return [scan, ...photo.stages.slice(1).map((stage) => stageSection(words, stage))];
}
