/* Words of what is passed on, for those who do not see its rows. */
#ifndef BESA_DESK_ONWARD_LIMITS_H
#define BESA_DESK_ONWARD_LIMITS_H

#define ONWARD_CONSENT_COUNT 2 /* of the provider, and of others of whom something in it is */

/* What for: it decides whether H1 stands in the way. */
enum onward_use { ONWARD_USE_POLICE, ONWARD_USE_PROCEEDINGS, ONWARD_USE_COUNT };
extern const char *const onward_use_names[ONWARD_USE_COUNT];

#endif
