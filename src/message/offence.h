/*
 * Offences: the closed list of what Besa may be used for (docs/safeguards.md g5). Serious crime only; no code for defamation,
 * insult, assembly or opinion exists, so none can be asked about. The agreement allows a part of this list.
 */
#ifndef BESA_MESSAGE_OFFENCE_H
#define BESA_MESSAGE_OFFENCE_H

#include <stddef.h>
#include <stdint.h>

/* Bit numbers of offence sets; never reused. */
enum offence {
    OFFENCE_MIGRANT_SMUGGLING,
    OFFENCE_HUMAN_TRAFFICKING,
    OFFENCE_DRUG_TRAFFICKING,
    OFFENCE_FIREARMS_TRAFFICKING,
    OFFENCE_ORGANISED_CRIME,
    OFFENCE_DOCUMENT_FRAUD,
    OFFENCE_MONEY_LAUNDERING,
    OFFENCE_MURDER,
    OFFENCE_KIDNAPPING,
    OFFENCE_TERRORISM,
    OFFENCE_CHILD_EXPLOITATION,
    OFFENCE_CYBERCRIME,
    OFFENCE_CORRUPTION,
    OFFENCE_STOLEN_VEHICLES,
    OFFENCE_RAPE,
    OFFENCE_ROBBERY,
    OFFENCE_ORGANISED_THEFT,
    OFFENCE_EXTORTION,
    OFFENCE_SERIOUS_FRAUD,
    OFFENCE_COUNTERFEITING,
    OFFENCE_EXCISE_SMUGGLING,
    OFFENCE_CULTURAL_GOODS,
    OFFENCE_ENVIRONMENTAL_CRIME,
    OFFENCE_EXPLOSIVES,
    OFFENCE_ARSON,
    OFFENCE_COUNT
};
extern const char *const offence_names[OFFENCE_COUNT]; /* "migrant_smuggling" */

#define OFFENCE_BIT(offence) (UINT64_C(1) << (offence))

/* Bits of the serious ones: those that Framework Decision 2002/584/JHA Art. 2(2) or Annex I of Regulation (EU) 2016/794 list,
 * as Directive (EU) 2023/977 has it. The smuggling of excise goods stands in neither by its name. */
extern const uint64_t offences_serious;

#endif
