/** Pages of notices: the composer's live preview and the delivery board while it moves. */
import "./notices.css";
import { startBoard } from "./board";
import { startComposer } from "./composer";

startComposer();
startBoard();
