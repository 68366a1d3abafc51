# cmake --install: the program with its reference peers, the suites with their adapters and profiles, the files that they
# transfer, and the manual pages. The program finds share/peerspec beside its bin folder.
install(TARGETS peerspec RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS peerspec-builtin RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/peerspec)
install(DIRECTORY suites/ DESTINATION ${CMAKE_INSTALL_DATADIR}/peerspec/suites
        FILES_MATCHING PATTERN *.exchange PATTERN *.client PATTERN *.server
                       PATTERN *.py PATTERN basic_ftp_client.js PATTERN typed_commands.sh)
install(DIRECTORY fixtures/files DESTINATION ${CMAKE_INSTALL_DATADIR}/peerspec/fixtures)
install(FILES doc/peerspec.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES doc/peerspec-exchange.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 OPTIONAL)
