/* Limits and words of protection, for those who do not see its rows. */
#ifndef BESA_DESK_ASYLUM_LIMITS_H
#define BESA_DESK_ASYLUM_LIMITS_H

#define ASYLUM_FEARED_MAX 16u /* states that one person fears */

extern const char *const protection_status_names[4]; /* enum protection_status */

#endif
