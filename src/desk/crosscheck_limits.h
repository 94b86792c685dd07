/* Limits of the cross-check, for those who do not see its keys. */
#ifndef BESA_DESK_CROSSCHECK_LIMITS_H
#define BESA_DESK_CROSSCHECK_LIMITS_H

#define CROSSCHECK_SHOWN_MAX 100u /* records of one answer */
#define CROSSCHECK_OWN_MAX   50u  /* of them, people of the own index */
#define CROSSCHECK_NEAR_MAX  20u  /* beside them, people of the own index who are only like */
#define CROSSCHECK_KEY_CAP                                                                         \
    50u /* what more records have tells nothing of one, or is shown in part: the newest */
#define CROSSCHECK_KIND_MAX 16u /* kinds of keys */

#endif
