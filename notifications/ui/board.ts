/** The delivery board asks for its present state while messages are on their way. */
import { ApiError, fragment } from "$web/api";
import { localizeTimes, tickCountdowns } from "$web/page/times";

const LOOK_MS = 3_000;

/** Bind the board, where the page has one. */
export function startBoard(root: ParentNode = document): void {
  const board = root.querySelector<HTMLElement>("#board[data-board-url]");
  if (board) schedule(board);
}

function schedule(board: HTMLElement): void {
  if (!isLive(board)) return;
  setTimeout(() => void look(board).finally(() => schedule(board)), LOOK_MS);
}

function isLive(board: HTMLElement): boolean {
  return board.querySelector<HTMLElement>("[data-live]")?.dataset.live === "yes";
}

async function look(board: HTMLElement): Promise<void> {
  // Not under somebody's finger: a form that is being used stays as it is.
  if (document.hidden || board.contains(document.activeElement)) return;
  try {
    board.innerHTML = await fragment(board.dataset.boardUrl ?? "");
    localizeTimes(board);
    tickCountdowns(board, Date.now());
  } catch (error) {
    // Offline: the next look comes anyway. Signed out: the page itself leads to the login.
    if (error instanceof ApiError && error.isSignedOut) location.reload();
  }
}
