import { describe, expect, it } from "vitest";
import { ApiError } from "./api";
import { codeOf, isAway, refusalText } from "./refusals";
import { CallError } from "./socket";

describe("why a call was refused", () => {
  it("is taken from what the socket and the server reject with", () => {
    expect(codeOf(new CallError("too_much_time"))).toBe("too_much_time");
    expect(codeOf(new ApiError(409, { code: "illegal_move" }))).toBe("illegal_move");
    expect(codeOf(new TypeError("a mistake of the page"))).toBe("server_error");
    expect(codeOf(null)).toBe("server_error");
  });

  it("is the connection only when nobody knows whether the call arrived", () => {
    expect(["offline", "timeout", "disconnected", "closed"].every(isAway)).toBe(true);
    expect(isAway("too_much_time")).toBe(false);
    expect(refusalText("timeout")).toContain("no connection");
  });

  it("is said in words for every code, and shows no code", () => {
    for (const code of ["illegal_move", "not_allowed", "reason_missing", "too_much_time", "incident_decided", "statement_full", "help_waiting", "rate_limited", "signed_out", "novelty"]) {
      expect(refusalText(code)).not.toContain(code);
      expect(refusalText(code)).not.toContain("connection");
    }
    expect(refusalText("too_much_time")).toContain("chief invigilator");
    expect(refusalText("help_waiting")).toContain("Wait for an answer");
  });
});
