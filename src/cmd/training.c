/* Training: see training.h. */
#include "cmd/training.h"

#include "cmd/books.h"

#include "base/attributes.h"

#include <stdlib.h>

static const char *yes_no(bool is_so)
{
    return is_so ? "yes" : "no";
}

bool training_check(const struct home *home, const struct config *config, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct pairing own;

    if (!books_own_pairing(env_real(), home->path, &arena, &own, err)) {
        if (err->kind != ERROR_MISSING)
            return error_add(err, "whether this is a training node");
        error_clear(err); /* it has no partner; once it has, agreements say it too */
        return true;
    }
    return own.is_training == config->is_training ||
           error_set(err, ERROR_RULE,
                     "%s says training = %s, but this node was made with training = %s, as its "
                     "partners know it: a node never changes from one to the other; put the line "
                     "back, or make another node with `besa init`",
                     HOME_CONF, yes_no(config->is_training), yes_no(own.is_training));
}

bool training_check_agreements(const struct journal *journal, const struct config *config,
                               struct error *err)
{
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct agreement *agreement = &journal->lines[i].agreement;
        if (agreement->is_training != config->is_training)
            return error_set(err, ERROR_RULE,
                             "agreement %s is%s for training, %s says training = %s",
                             journal->lines[i].agreement_id, agreement->is_training ? "" : " not",
                             HOME_CONF, yes_no(config->is_training));
    }
    return true;
}

bool training_check_pair(const struct pairing *own, const struct pairing *partner,
                         struct error *err)
{
    const struct pairing *exercise = own->is_training ? own : partner;
    const struct pairing *earnest = own->is_training ? partner : own;

    return own->is_training == partner->is_training ||
           error_set(err, ERROR_RULE,
                     "'%.*s' is a training node and '%.*s' is not: a training node is never paired "
                     "with one for real data",
                     SPAN_ARG(exercise->party.party), SPAN_ARG(earnest->party.party));
}

bool training_is_home(const char *name)
{
    struct home home;
    struct error ignored = {0};
    struct config *config = calloc(1, sizeof *config);

    bool is_so = config != NULL && home_find(name, &home, &ignored) &&
                 home_config_load(&home, config, &ignored) && config->is_training;
    free(config);
    return is_so;
}
