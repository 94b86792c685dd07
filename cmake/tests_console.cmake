# The console: its own tests, and that what is compiled in is what its sources give; and a browser against real nodes. Both say NOT RUN
# where node, the npm packages or Chromium are not there.
add_test(NAME console_check COMMAND ${CMAKE_SOURCE_DIR}/console/check.sh)
set_tests_properties(console_check PROPERTIES LABELS console TIMEOUT 120 SKIP_RETURN_CODE 77)
if(TARGET besa)
  add_test(NAME console_browser COMMAND ${CMAKE_SOURCE_DIR}/tests/real/console.sh $<TARGET_FILE:besa> $<TARGET_FILE:sample_request>)
  set_tests_properties(console_browser PROPERTIES LABELS real TIMEOUT 300 SKIP_RETURN_CODE 77
                       ENVIRONMENT "BESA_CONSOLE_SHOTS=${CMAKE_BINARY_DIR}/console-shots")
endif()
