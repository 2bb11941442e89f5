// The programs that the tests of the source nsq run: built from the module by test/support/install-nsq.sh.
module microscale-test/nsq

go 1.17

require github.com/nsqio/nsq v1.3.0

// As in nsq's own go.mod.
replace github.com/judwhite/go-svc => github.com/mreiferson/go-svc v1.2.2-0.20210815184239-7a96e00010f6
