@extended
Feature: Whether the status reports an unusable runtime depends on the release
  KServe can select a runtime and then find no usable container in it. Each release reports that in an event; whether
  the status reports it as well, and how, has changed several times.

  Rule: The selected runtime has no containers

    Background:
      Given a ServingRuntime "own-server" in namespace "team-a"
        """
        supportedModelFormats:
          - name: sklearn
            autoSelect: true
        containers: []
        """

    @rule-containers-required @rule-no-failure-status @until-0.8.0
    Scenario: v0.8.0 does not report missing containers in the status
      When a service in namespace "team-a" requests "sklearn"
      Then it has no runtime because of "InvalidPredictorSpec"
      And its status reports no failure

    @rule-containers-required @rule-failure-status @since-0.9.0 @until-0.14.1
    Scenario: v0.9.0 to v0.14.1 report them as a sentence
      When a service in namespace "team-a" requests "sklearn"
      Then its status has reason "InvalidPredictorSpec" and message "No container configuration found in selected serving runtime"

    @rule-containers-required @rule-failure-status @since-0.15.0
    Scenario: v0.15.0 and later report the text of the error
      When a service in namespace "team-a" requests "sklearn"
      Then its status has reason "InvalidPredictorSpec" and message "no container configuration found in selected serving runtime"

  Rule: The selected runtime has no container named kserve-container

    Background:
      Given a ServingRuntime "own-server" in namespace "team-a"
        """
        supportedModelFormats:
          - name: sklearn
            autoSelect: true
        containers:
          - name: server
            image: example.com/own-server:1
        """

    @rule-kserve-container-required @rule-failure-event @since-0.11.0 @until-0.14.1
    Scenario: v0.11.0 to v0.14.1 report a missing kserve-container only in an event
      When a service in namespace "team-a" requests "sklearn"
      Then its status reports no failure
      And a Warning event says "failed to find kserve-container in ServingRuntime containers"

    @rule-kserve-container-required @rule-failure-status @since-0.15.0
    Scenario: v0.15.0 and later report a missing kserve-container in the status
      When a service in namespace "team-a" requests "sklearn"
      Then its status has reason "InvalidPredictorSpec" and message "failed to find kserve-container in ServingRuntime containers"
