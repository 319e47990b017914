import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UploadStatus } from "$scanner/upload";
import { settlePromises } from "../autosave/testing";
import { cellsOf } from "../cells";
import { screenOf } from "../player";
import { Place } from "./fakes";
import { Uploads } from "./uploads";

const essay = () => new File(["x"], "essay.pdf");
let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.close());

describe("a file on its way", () => {
  it("goes on while the candidate looks at another question, and becomes the answer", async () => {
    const room = await place.openRoom();
    room.uploads.send(11, essay());
    room.go({ type: "went", question: 12 });
    expect(room.state.uploads[11]).toMatchObject({ phase: "sending", share: 0.5 });
    expect(cellsOf(room.state)[0]).toMatchObject({ unsent: true });
    place.arrive("u-1");
    await settlePromises();
    expect(place.api.server.answers.get(11)?.value).toEqual({ upload: "u-1", name: "essay.pdf" });
    expect(room.state.uploads[11]?.phase).toBe("received");
  });

  it("is waited for by the hand-in", async () => {
    const room = await place.openRoom();
    room.uploads.send(11, essay());
    const handed = room.submit();
    await place.clock.pass(60_000);
    expect(place.api.calls).not.toContain("submit");
    place.arrive("u-1");
    await place.clock.pass(1_000);
    await handed;
    expect(screenOf(room.state)).toBe("receipt");
    expect(place.api.server.answers.get(11)?.value).toMatchObject({ upload: "u-1" });
  });

  it("is late work when the attempt ended meanwhile", async () => {
    const room = await place.openRoom();
    room.uploads.send(11, essay());
    place.api.state = "expired";
    place.api.receipt = "auto";
    await room.refresh();
    place.arrive("u-1");
    await settlePromises();
    expect(place.api.server.held.get(11)).toMatchObject({ upload: "u-1" });
  });

  it("becomes the answer after a pause that began meanwhile", async () => {
    const room = await place.openRoom();
    room.uploads.send(11, essay());
    place.api.state = "paused";
    await room.refresh();
    place.arrive("u-1");
    await settlePromises();
    place.api.state = "running";
    await room.refresh();
    await settlePromises();
    expect(place.api.server.answers.get(11)?.value).toMatchObject({ upload: "u-1" });
  });

  it("is given up for another file or when the candidate removes it", async () => {
    const room = await place.openRoom();
    room.uploads.send(11, essay());
    const arriveFirst = place.arrive;
    room.uploads.again(11);
    arriveFirst("u-1");
    room.uploads.stop(11);
    expect(room.state.uploads).toEqual({});
    expect(room.uploads.isSending).toBe(false);
    await settlePromises();
    expect(place.api.server.answers.size).toBe(0);
  });
});

it("after a reload the verdict is asked for once", async () => {
  const asked: string[] = [];
  const shown: unknown[] = [];
  const uploads = new Uploads({
    onChange: (question, view) => shown.push([question, view?.phase]),
    onReceived: () => {},
    status: (id) => {
      asked.push(id);
      return Promise.resolve({ id, state: "clean" } as UploadStatus);
    },
  });
  uploads.look(11, "u-1");
  uploads.look(11, "u-1");
  await settlePromises();
  expect(asked).toEqual(["u-1"]);
  expect(shown).toEqual([[11, "clean"]]);
});
