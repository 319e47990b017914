import { describe, expect, it } from "vitest";
import type { Question } from "./paper";
import type { Cell } from "./cells";
import { options, question } from "./room/testing";
import {
  cameraFaultText,
  cameraText,
  cellText,
  earlyEndText,
  extraText,
  faultText,
  heldText,
  incidentText,
  pointsText,
  refusalText,
  taskText,
  timeLeftText,
} from "./words";

const choice = (part: Partial<Question>) => ({ kind: "choice", choices: [], multiple: true, min_answers: 1, max_answers: null, ...part }) as Question;

it("an early end names the role and the reason", () => {
  expect(earlyEndText({ at: 1, by: "admin", reason: "Flood" })).toMatch(/^The school's administration .*Flood/);
  expect(earlyEndText({ at: 1, by: "chief_invigilator", reason: "Flood" })).toMatch(/^The chief invigilator .*Flood/);
});

describe("what is asked", () => {
  it.each([
    [choice({ multiple: false }), "choose one"],
    [choice({}), "choose all that apply"],
    [choice({ min_answers: 2 }), "choose at least 2"],
    [choice({ max_answers: 3 }), "choose up to 3"],
    [choice({ min_answers: 2, max_answers: 3 }), "choose 2 to 3"],
    [choice({ min_answers: 3, max_answers: 3 }), "choose exactly 3"],
    [question({ kind: "int" }), "give a number"],
    [question({ kind: "info" }), "for reading"],
    [question({ kind: "ordering", choices: options("a", "b") }), "put in order"],
    [question({ kind: "int", choices: options("one", "two") }), "choose one"],
  ])("%j: %s", (question, words) => {
    expect(taskText(question)).toBe(words);
  });

  it.each([
    ["1", "1 point"],
    ["2.5", "2.5 points"],
    ["0", "not counted"],
  ])("%s points: %s", (points, words) => {
    expect(pointsText(points)).toBe(words);
  });
});

describe("time", () => {
  it.each([
    [0, "Your time is over."],
    [1, "1 second left."],
    [59, "59 seconds left."],
    [60, "1 minute left."],
    [1800, "30 minutes left."],
    [5400, "1 hour and 30 minutes left."],
  ])("%i seconds: %s", (seconds, words) => {
    expect(timeLeftText(seconds)).toBe(words);
  });

  it("more and less of it", () => {
    expect(extraText(300)).toBe("5 minutes more");
    expect(extraText(-60)).toBe("1 minute less");
  });
});

it("a cell of the navigator is heard with everything its colours say", () => {
  const cell: Cell = {
    id: 1, number: 5, answered: true, current: true, marked: true, unsent: true, held: false, refused: false, faulty: false, info: false,
    required: false,
  };
  expect(cellText(cell)).toBe("Question 5, on screen, answered, marked, not sent yet");
  expect(cellText({ ...cell, current: false, answered: false, marked: false, unsent: false, refused: true })).toBe(
    "Question 5, not answered, not accepted",
  );
  expect(cellText({ ...cell, info: true, current: false, marked: false, unsent: false })).toBe("Information");
});

it("every fault of a camera says what to do", () => {
  for (const fault of ["denied", "missing", "busy", "insecure"] as const) {
    expect(cameraText({ status: "blocked", fault }, [])).toBe(cameraFaultText(fault));
  }
  expect(cameraText({ status: "live" }, [])).toContain("invigilators can see you");
  expect(cameraText({ status: "live" }, ["Ivo", "Kim"])).toContain("Ivo and Kim");
});

it("noted facts are told without judging", () => {
  expect(incidentText({ kind: "focus_lost", amount: 12.3 })).toBe("You left this page for 12 seconds.");
  expect(incidentText({ kind: "paste", amount: 1 })).toBe("1 character was pasted.");
  expect(incidentText({ kind: "something_new", amount: 1 })).toBeTruthy();
});

it("codes become sentences, unknown ones too", () => {
  expect(heldText()).toContain("a grader decides");
  expect(refusalText("late")).toContain("on this device");
  expect(refusalText("something_new")).toContain("did not take");
  expect(faultText("offline")).toContain("no connection");
  expect(faultText("something_new")).toContain("problem");
});
