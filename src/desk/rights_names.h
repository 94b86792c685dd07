/* Words of requests that may be of ground j, for those who do not see their rows. */
#ifndef BESA_DESK_RIGHTS_NAMES_H
#define BESA_DESK_RIGHTS_NAMES_H

#define RIGHTS_DECISION_COUNT 2
extern const char
    *const rights_decision_names[RIGHTS_DECISION_COUNT]; /* "may_be_answered", "must_be_refused" */
#define RIGHTS_STATE_NAME_COUNT 3
extern const char *const rights_state_names[RIGHTS_STATE_NAME_COUNT]; /* "undecided" first */

#endif
