/* Words of what is passed on, for those who do not see its rows. */
#ifndef BESA_DESK_ONWARD_LIMITS_H
#define BESA_DESK_ONWARD_LIMITS_H

#define ONWARD_CONSENT_COUNT 2 /* of the provider, and of others of whom something in it is */

/* What for: it decides whether H1 stands in the way. */
enum onward_use { ONWARD_USE_POLICE, ONWARD_USE_PROCEEDINGS, ONWARD_USE_COUNT };
extern const char *const onward_use_names[ONWARD_USE_COUNT];

/* What stands at the end of a channel: competent authorities alone (docs/safeguards.md g5), never an intelligence service, the
 * administration of migration, tax, a private party or media. */
enum recipient_kind {
    RECIPIENT_POLICE,
    RECIPIENT_BORDER_POLICE,
    RECIPIENT_CUSTOMS,
    RECIPIENT_PROSECUTOR,
    RECIPIENT_COURT,
    RECIPIENT_AGENCY, /* of police or judicial cooperation: Europol, Eurojust, INTERPOL, SELEC, Frontex */
    RECIPIENT_KIND_COUNT
};
extern const char *const recipient_kind_names[RECIPIENT_KIND_COUNT];

#define EXPORT_GROUND_REASON_SIZE_MAX 280 /* bytes: it stands whole in the access entry */

#endif
