/*
 * Passing on: what stands in an item leaves the desk, to a competent authority of this state (forward.c) or, as a file to be
 * typed, into a neighbouring channel (export.c). Here it is found, read whole, weighed, told and written. Each is a
 * disclosure, and goes no further than its provider lets it (docs/safeguards.md g4, g5, g10, g11, g18). Private to desk.
 */
#ifndef BESA_DESK_ONWARD_H
#define BESA_DESK_ONWARD_H

#include "agreement/clause.h"
#include "base/attributes.h"
#include "desk/codes.h"
#include "desk/consent.h"
#include "desk/onward_limits.h"
#include "message/answer.h"
#include "message/request.h"

#define ONWARD_OBJECT_MAX 10u /* of one access entry: item, consents, and to whom */

/* One item that is to be passed on. Texts live in the arena of the call. */
struct onward {
    struct journal_line *line;
    struct entry_row row;
    char item[UUID_TEXT_SIZE]; /* its id */
    enum message_type type;
    struct span body;
    struct span parts[PART_COUNT_MAX]; /* small parts: items as JSON */
    size_t part_count;
    struct span reference;
    bool is_of_partner;
    struct codes codes; /* of the message and of everything in it */
    const struct person *persons[CODES_MARKING_MAX];
    size_t person_count;
    bool has_file;
    struct onward_third {
        struct span party;
        struct span reference;       /* of its consent to what was given to us; may be empty */
    } thirds[2 * CODES_MARKING_MAX]; /* other providers of something in it, each once */
    size_t third_count;
    /* What was named of the arguments `consent` and `third_consent`. */
    struct consent consents[ONWARD_CONSENT_COUNT];
    size_t consent_count;
};

/* Where it goes, as far as that decides whose consent it wants. */
struct onward_way {
    bool leaves_state;
    bool is_judicial; /* it may come to be used in judicial proceedings */
};

/*
 * From the argument `item`. RULE when it is on hold, restricted or beyond its time; CONFLICT when it was not accepted here;
 * GONE or MISSING, with its number, when any part of it is not held. Takes the problems of all arguments read before.
 */
bool onward_find(struct journal *journal, const struct desk_call *call, struct onward **out,
                 struct error *err);

/* RULE when something in it is about somebody who fears this state; empty: any but our own, since who stands at the end of a
 * channel may tell it on (asylum.h). */
bool onward_people_permit(struct journal *journal, const struct desk_call *call,
                          const struct onward *onward, struct span state, struct error *err);
/* RULE when something in it comes from a system that is not among `permitted` (bits); `where` ends the sentence. The officer
 * reads which system it was. */
bool onward_sources_permit(const struct onward *onward, uint64_t permitted, const char *where,
                           struct error *err);
/* The arguments `consent` and `third_consent`: RULE when one is wanted and not named. What is named must stand (consent.h),
 * wanted or not. */
struct onward_consents {
    struct span provider; /* empty: none */
    struct span third;
};
bool onward_consents_permit(struct journal *journal, const struct desk_call *call,
                            struct onward *onward, const struct onward_way *way,
                            const struct onward_consents *named, struct error *err);
/* RULE when it is about a victim, a minor or somebody else who is protected, in it or in the own case, and no second officer
 * approved that it goes on; a trial passes (approval.h). */
bool onward_review_permit(struct journal *journal, const struct desk_call *call,
                          const struct onward *onward, struct error *err);
/* "agreement ro-al/3, clause 2.2: ...". Always false. */
bool onward_refuse(const struct onward *onward, struct error *err, enum clause clause,
                   const char *format, ...) PRINTF_LIKE(4, 5);

/* Opens it as `item-show` does, puts it into the case, and leaves the access entry: item, `whom`, consents. What is told is
 * told once and kept nowhere. The last thing that is done. */
bool onward_disclose(struct journal *journal, const struct desk_call *call,
                     const struct onward *onward, const char *act, const struct span *whom,
                     size_t whom_count, struct error *err);
/* An object of that entry: word and value, cut at ACT_OBJECT_SIZE_MAX. False when memory is out. */
bool onward_object(const struct desk_call *call, const char *word, struct span value,
                   struct span *out, struct error *err);
/* Members of the file besa-handover/1, behind those that say where it goes. */
void onward_write(struct journal *journal, const struct onward *onward, struct json_writer *out);

#endif
