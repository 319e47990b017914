import { describe, expect, it } from "vitest";
import { canSendAgain, failureText, fileText, lockLine, refusalText, sizeText } from "$chat/words";

const AT = Date.UTC(2026, 10, 21, 9, 0);

describe("words", () => {
  it("say until when, and do not promise a time that has passed", () => {
    const lock = { sitting: 1, title: "Algebra", since: AT, until: AT + 3_600_000 };
    expect(lockLine(lock, AT + 1)).toContain("at the latest");
    expect(lockLine(lock, AT + 7_200_000)).toContain("until it is closed");
    expect(lockLine({ ...lock, until: null }, AT)).toContain("until it is closed");
  });

  it("tell a locked-out sender to send later, and after the lock to send now", () => {
    expect(failureText("chat_locked", false)).not.toBe(failureText("chat_locked", true));
  });

  it("offer to send again only where that may help", () => {
    expect(["disconnected", "chat_locked", "signed_out"].every(canSendAgain)).toBe(true);
    expect(["message_refused", "attachment_refused", "room_not_found", "post_not_allowed"].some(canSendAgain)).toBe(false);
  });

  it("say how the check of a file stands", () => {
    const file = { id: "u", name: "n", size: 1, state: "clean" };
    expect(fileText(file)).toBe("");
    expect(fileText({ ...file, state: "scanning" })).toContain("checked");
    for (const state of ["infected", "refused", "purged"]) expect(fileText({ ...file, state })).toContain("Blocked");
  });

  it("write sizes for people", () => {
    expect([sizeText(9), sizeText(2_500_000)]).toEqual(["1 kB", "2.5 MB"]);
  });

  it("tell outsiders nothing more than that the room is not theirs", () => {
    expect(refusalText("room_not_found")).toContain("do not belong");
    expect(refusalText("chat_locked")).toContain("while your own exam runs");
    expect(refusalText("server_error")).toContain("Reload");
  });
});
