/*
 * The own Single Point of Contact and the designated authorities beside it: what an officer of one of them sends to the partner
 * is copied to the Single Point of Contact, or its officer says by which exemption it is not. A copy is the message itself,
 * shown in a list and opened like any other; nothing is kept twice. Directive (EU) 2023/977 asks this
 * of requests (article 4(2)); answers and what is given unasked are copied alike.
 *
 * Units of the Single Point of Contact are those with the code `spoc`, and those whose code begins with `spoc-`; who is in
 * which unit the administrator says (officer-put), as an act in the domestic log.
 */
#ifndef BESA_DESK_SPOC_H
#define BESA_DESK_SPOC_H

#include "desk/desk.h"
#include "message/type.h"

/* Stored in rows: numbers are never reused. */
enum copy_exemption {
    COPY_EXEMPT_NONE,
    COPY_EXEMPT_SENSITIVE, /* a highly sensitive investigation */
    COPY_EXEMPT_TERRORISM, /* a case of terrorism that is no emergency */
    COPY_EXEMPT_SAFETY,    /* the safety of a person */
    COPY_EXEMPTION_COUNT
};
extern const char *const copy_exemption_names[COPY_EXEMPTION_COUNT]; /* [0] NULL */

bool spoc_is_unit(struct span unit);

/* Who sends this message, and what is said of its copy. */
struct spoc_copy {
    bool is_owed; /* sent by a designated authority */
    struct span unit;
    enum copy_exemption exemption;
};
/* From the argument copy_exemption of an act that sends; for other types nothing is read and nothing owed. INPUT when the
 * Single Point of Contact names an exemption for itself. */
bool spoc_copy_read(struct journal *journal, const struct desk_call *call, enum message_type type,
                    struct spoc_copy *out, struct error *err);
/* After the append, in its transaction. */
bool spoc_copy_keep(struct journal *journal, const struct spoc_copy *copy, int64_t entry,
                    struct error *err);
/* "copy-exempt <why>", as the access entry names it; in the arena, empty when there is no exemption. */
bool spoc_copy_object(const struct spoc_copy *copy, struct arena *arena, struct span *out,
                      struct error *err);

struct officer_row;
/* Whether the entry was exempted from the copy and this officer is one of the Single Point of Contact: then no list shows them
 * what it is. Not from who looks over the work. */
bool spoc_is_kept_from(struct journal *journal, const struct officer_row *officer, int64_t entry,
                       struct arena *arena, bool *is_kept, struct error *err);
/* RULE for the Single Point of Contact's officers when the entry was exempted from their copy; who looks over the work may
 * open it all the same. */
bool spoc_may_open(struct journal *journal, const struct officer_row *officer, int64_t entry,
                   struct arena *arena, struct error *err);

#endif
