# Writes match_rules.inc from src/match/rules/*.tsv: one C array a script, sorted by first letter, longest first.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(MATCH_RULES_DIR ${CMAKE_BINARY_DIR}/generated)
file(GLOB match_rules CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/match/rules/*.tsv)
add_custom_command(
  OUTPUT ${MATCH_RULES_DIR}/match/match_rules.inc
  COMMAND ${CMAKE_COMMAND} -E make_directory ${MATCH_RULES_DIR}/match
  COMMAND ${CMAKE_SOURCE_DIR}/tools/match_rules ${MATCH_RULES_DIR}/match/match_rules.inc ${match_rules}
  DEPENDS ${match_rules} ${CMAKE_SOURCE_DIR}/tools/match_rules VERBATIM)
