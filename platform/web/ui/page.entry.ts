/** Loaded by every page: the design system and the behaviours of plain pages. */
import "$web/app.css";
import {
  focusFirstError, startDialogs, startFiles, startForms, startMenus, startNavigation, startPrinting,
} from "$web/page/controls";
import { startFollowing } from "$web/page/follow";
import { startOwnership } from "$web/page/ownership";
import { startThemeSwitch } from "$web/page/theme";
import { startTimes } from "$web/page/times";
import { startValidity } from "$web/page/validity";

void startOwnership();
startNavigation();
startThemeSwitch();
startMenus();
startDialogs();
startForms();
startFiles();
startPrinting();
startValidity();
startTimes();
focusFirstError();
void startFollowing();
