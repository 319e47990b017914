/** Loaded by every page: the design system and the behaviours of plain pages. */
import "$web/app.css";
import { focusFirstError, startDialogs, startForms, startMenus, startNavigation } from "$web/page/controls";
import { startFollowing } from "$web/page/follow";
import { startOwnership } from "$web/page/ownership";
import { startThemeSwitch } from "$web/page/theme";
import { startTimes } from "$web/page/times";

void startOwnership();
startNavigation();
startThemeSwitch();
startMenus();
startDialogs();
startForms();
startTimes();
focusFirstError();
void startFollowing();
