"""Any visit at all: touches, keys, waiting, editions, cues and lost screens in any order."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from server.show import timeline
from server.show.messages import (
    ChooseLanguage,
    Compare,
    Detail,
    GoOn,
    GoToStage,
    Hold,
    LetGo,
    LightsOut,
    Mark,
    Narrate,
    OpenPhoto,
    Place,
    PlayProgramme,
    Redraw,
    Release,
    Restore,
    Scrub,
    ShowLifeSize,
    ShowWall,
    Snapshot,
    Split,
    Touch,
    Turn,
    Zoom,
)
from server.show.rules import STUCK_MS, next_deadline, step
from server.show.state import (
    Event,
    Published,
    ShowState,
    Timing,
    TurnPassed,
    opening,
    snapshot,
)
from server.show.timeline import Frame, moment
from tests.support.timeless import edition, photo, told

START = 1_000_000.0
TIMING = Timing(idle_ask_ms=60_000, idle_reset_ms=20_000)
EDITIONS = (
    edition(),
    edition(photo("other", ("scan", "repaired")), number=2, languages=("en",)),
    edition(photo("flag", ("scan",)), told("gold", ("scan", "finished")), number=3),
)
SHARES = st.floats(0, 1)
PHOTOS = st.sampled_from(["flag", "gold", "team", "other", "nobody"])
STAGES = st.sampled_from(["scan", "repaired", "clear", "colour", "finished"])
SCRUBS = st.builds(
    Scrub,
    position=st.floats(0, 8),
    speed=st.floats(-100, 100),
    at=st.none() | st.floats(START - 1000, START + 100_000),
)
TOUCHES: st.SearchStrategy[Event] = st.one_of(
    st.builds(Touch),
    st.builds(ShowWall),
    st.builds(OpenPhoto, photo=PHOTOS),
    st.builds(GoToStage, stage=STAGES),
    st.builds(Restore),
    SCRUBS,
    st.builds(Release),
    st.builds(Hold),
    st.builds(LetGo),
    st.builds(Mark, on=st.booleans()),
    st.builds(Zoom, detail=st.builds(Detail, scale=st.floats(1, 16), x=SHARES, y=SHARES)),
    st.builds(Compare, split=st.none() | st.builds(Split, at=SHARES, lens=st.none() | SHARES)),
    st.builds(Redraw),
    st.builds(ShowLifeSize, on=st.booleans(), ruler=st.booleans()),
    st.builds(Narrate, on=st.booleans()),
    st.builds(PlayProgramme, programme=st.sampled_from(["opening", "elsewhere", "nothing"])),
    st.builds(ChooseLanguage, language=st.sampled_from(["en", "zh-Hans", "fr"])),
)
ON_A_PHOTO: st.SearchStrategy[Event] = st.one_of(
    SCRUBS,
    st.builds(Hold),
    st.builds(Mark, on=st.booleans()),
    st.builds(ShowLifeSize, on=st.just(True), ruler=st.booleans()),
    st.builds(Narrate, on=st.just(True)),
    st.builds(Restore),
)
TURNS: st.SearchStrategy[Turn] = st.sampled_from(["alone", "free", "ours", "taken"])


def told_of(state: ShowState, now: float) -> dict[str, object]:
    """What the screens are told, but for the time and the revision."""
    said = snapshot(state, "/e/", now).model_dump(exclude={"now", "revision", "photo"})
    return {**said, "photo": state.photo, "published": state.edition.published_at}


def playing_until(state: ShowState) -> float:
    """Until when a programme, a change or a story goes on by itself; long ago: nothing does."""
    ends = [timeline.ends(state.score) or START]
    open_photo = state.edition.photo(state.photo or "")
    if state.narrated_since is not None and open_photo is not None:
        sound = open_photo.narration[state.language]
        ends.append(state.narrated_since + sound.seconds * 1000)
    return max(ends)


class Visits(RuleBasedStateMachine):
    """A station with one screen that may be lost; time passes deadline by deadline."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.state = opening(EDITIONS[0], START, TIMING, Place(wall_metres=4.0))
        self.seen: Snapshot | None = self.told()
        self.kept = self.told()

    def told(self) -> Snapshot:
        return snapshot(self.state, "/e/", self.now)

    @initialize(metres=st.sampled_from([None, 4.0]))
    def measured(self, metres: float | None) -> None:
        self.state = opening(EDITIONS[0], START, TIMING, Place(wall_metres=metres))
        self.seen = self.told()

    def become(self, after: ShowState) -> None:
        before = self.state
        grew = after.revision > before.revision
        assert after.revision >= before.revision
        assert grew == (told_of(after, self.now) != told_of(before, self.now))
        if (before.lights_out is None) != (after.lights_out is None):
            assert not (before.scrubbing or before.held), "darkened or lit under a finger"
            assert self.now >= playing_until(before), "darkened or lit while it plays"
        begins_to_ask = before.asking_until is None and after.asking_until is not None
        if begins_to_ask:
            assert not (before.scrubbing or before.held), "asked while touched"
            assert self.now >= playing_until(before) + TIMING.idle_ask_ms, "asked while it plays"
            assert self.now >= before.last_touch + TIMING.idle_ask_ms, "asked too early"
        self.state = after
        if grew and self.seen is not None:
            self.seen = self.told()

    def turn(self, event: Event) -> None:
        """As a hub's: what has happened, and what is due by then, before the screens are told."""
        self.become(step(self.state, event, self.now))
        self.become(step(self.state, None, self.now))

    def pass_until(self, later: float) -> None:
        for _ in range(1000):
            due = next_deadline(self.state)
            if due is None or due > later:
                self.now = later
                return
            self.now = max(self.now, due)
            self.become(step(self.state, None, self.now))
        raise AssertionError("deadlines without an end")

    @rule(event=TOUCHES)
    def touch(self, event: Event) -> None:
        self.turn(event)
        assert self.state.asking_until is None or self.state.last_touch < self.now

    @precondition(lambda self: self.state.view == "photo")
    @rule(event=ON_A_PHOTO)
    def touch_the_photo(self, event: Event) -> None:
        self.touch(event)

    @rule(photo=st.sampled_from(["flag", "gold"]))
    def open_a_photo(self, photo: str) -> None:
        self.touch(OpenPhoto(photo=photo))

    @rule(ms=st.one_of(st.floats(0, 120_000), st.sampled_from([100.0, 61_000.0, 121_000.0])))
    def wait(self, ms: float) -> None:
        self.pass_until(self.now + ms)

    @rule()
    def tick(self) -> None:
        self.become(step(self.state, None, self.now))

    @rule(chosen=st.sampled_from(EDITIONS))
    def publish(self, chosen: Any) -> None:
        visiting, shown = self.state.view != "attract", self.state.edition
        self.turn(Published(chosen))
        if visiting:
            assert self.state.edition == shown, "changed during a visit"

    @rule(lasts=st.floats(1, 300_000), ago=st.floats(0, 200_000))
    def lights_out(self, lasts: float, ago: float) -> None:
        begins = self.now - ago
        cue = LightsOut(begins=begins, ends=begins + lasts)
        self.turn(cue)

    @rule(turn=TURNS)
    def pass_the_wall(self, turn: Turn) -> None:
        self.turn(TurnPassed(turn))

    @rule()
    def go_alone(self) -> None:
        self.kept = self.told()

    @rule(late=st.floats(-50, 50))
    def come_back(self, late: float) -> None:
        shown = self.kept.model_copy(update={"now": self.now + late})
        self.touch(GoOn(show=shown))

    @rule()
    def lose_the_screen(self) -> None:
        self.seen = None

    @rule()
    def find_the_screen(self) -> None:
        self.seen = self.told()

    @invariant()
    def every_picture_is_there(self) -> None:
        for later in (0.0, 777.0, 10_000.0):
            shown = moment(self.state.score, self.now + later)
            assert 0 <= shown.progress <= 1
            for frame in (shown.before, shown.after):
                found = self.state.edition.photo(frame.photo)
                assert found is not None and frame.stage in timeline.stage_names(found)
                stage = next(each for each in found.stages if each.name == frame.stage)
                assert frame.plate is None or frame.plate < len(stage.frames)

    @invariant()
    def a_screen_shows_what_the_server_means(self) -> None:
        if self.seen is None:
            return
        assert self.seen.revision == self.state.revision
        assert moment(self.seen.score, self.now) == moment(self.state.score, self.now)

    @invariant()
    def the_scan_is_one_step_away(self) -> None:
        shown = moment(self.state.score, self.now).after.photo
        scan = Frame(photo=shown, stage="scan")
        opened = step(self.state, OpenPhoto(photo=shown), self.now)
        assert timeline.rests_on(opened.score) == scan
        if self.state.view == "photo":
            assert step(self.state, Hold(), self.now).held
            turned = step(self.state, GoToStage(stage="scan"), self.now)
            assert timeline.rests_on(turned.score) == scan.model_copy(
                update={"photo": self.state.photo}
            )

    @invariant()
    def what_is_asked_for_belongs_to_an_open_photo(self) -> None:
        state = self.state
        about = (state.scrubbing, state.held, state.marks, state.life_size)
        assert state.view == "photo" or not (any(about) or state.narrated_since is not None)
        assert state.view == "photo" or (state.detail, state.split) == (None, None)
        assert not (state.scrubbing and state.held)
        assert state.life_size or not state.ruler
        assert state.language in state.edition.languages
        if state.life_size:
            assert state.place.wall_metres is not None
        plays = state.scrubbing or state.held or self.now < playing_until(state)
        assert state.lights_out is None or state.lights_out.ends > self.now or plays

    @invariant()
    def a_programme_ends(self) -> None:
        assert self.state.view != "programme" or timeline.ends(self.state.score) is not None

    @invariant()
    def idle_always_comes(self) -> None:
        state, now = self.state, self.now
        enough = max(now, playing_until(state)) + 2 * STUCK_MS
        enough += TIMING.idle_ask_ms + TIMING.idle_reset_ms + 20_000
        for _ in range(1000):
            due = next_deadline(state)
            if due is None or due > enough:
                break
            state = step(state, None, max(now, due))
        assert state.view == "attract"
        assert (state.next_edition, state.photo, state.lights_out) == (None, None, None) or (
            state.lights_out is not None and state.lights_out.ends > enough
        )


TestVisits = Visits.TestCase
TestVisits.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
