/*
 * What the cases of the demonstration's year are about: five kinds of crime on the routes between the parties, each with
 * what is asked, answered, noted and doubted. Templates, in which {here}, {there}, {plate}, {count}, {name} and {number} are
 * replaced. All of it is invented and says that it is an exercise.
 */
#ifndef BESA_CMD_DEMO_TEXTS_H
#define BESA_CMD_DEMO_TEXTS_H

#include "base/arena.h"
#include "base/span.h"

#include <stddef.h>
#include <stdint.h>

enum demo_kind {
    DEMO_MIGRANTS, /* smuggling on the Western Balkan and Eastern Mediterranean routes */
    DEMO_DRUGS,
    DEMO_PEOPLE, /* trafficking in human beings */
    DEMO_ARMS,
    DEMO_DOCUMENTS,
    DEMO_KIND_COUNT
};

#define DEMO_PLOT_MAX 4

struct demo_plot {
    const char *title;
    const char *facts;
    const char *asked;
    const char *answer; /* what the other side finds */
};

struct demo_subject {
    uint64_t offences;          /* OFFENCE_BIT */
    const char *purpose_note;   /* how a person is linked to it */
    const char *protected_note; /* the same of who is protected */
    const char *urgent;         /* why it cannot wait */
    struct demo_plot plots[DEMO_PLOT_MAX];
};
extern const struct demo_subject demo_subjects[DEMO_KIND_COUNT];

/* Lists of sentences, NULL at the end. */
extern const char *const demo_notes[];
extern const char *const demo_tasks[];
extern const char *const demo_questions[];
extern const char *const demo_replies[];
extern const char *const demo_calls[]; /* what is registered from the telephone and from paper */

struct demo_words {
    const char *here, *there, *plate, *name;
    unsigned count;
    unsigned number;
};
/* The template with its words, in the arena. False: it does not fit. */
bool demo_text(const char *pattern, const struct demo_words *words, struct arena *arena,
               struct span *out);

#endif
