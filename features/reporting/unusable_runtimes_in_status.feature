@extended
Feature: How the status tells that a chosen runtime cannot be run differs between releases
  A runtime may be chosen and then turn out to have no container that can be used. Each release tells that in an
  event; whether the status tells it too, and in which words, has changed several times.

  Rule: The chosen runtime has no container at all

    Background:
      Given a ServingRuntime "own-server" in namespace "team-a"
        """
        supportedModelFormats:
          - name: sklearn
            autoSelect: true
        containers: []
        """

    @rule-containers-required @rule-no-failure-status @until-0.8.0
    Scenario: v0.8.0 says nothing of the missing containers
      When a service in namespace "team-a" requests "sklearn"
      Then it has no runtime because of "InvalidPredictorSpec"
      And its status reports no failure

    @rule-containers-required @rule-failure-status @since-0.9.0 @until-0.14.1
    Scenario: v0.9.0 to v0.14.1 say so in a sentence
      When a service in namespace "team-a" requests "sklearn"
      Then its status has reason "InvalidPredictorSpec" and message "No container configuration found in selected serving runtime"

    @rule-containers-required @rule-failure-status @since-0.15.0
    Scenario: v0.15.0 and later say it in the words of the error
      When a service in namespace "team-a" requests "sklearn"
      Then its status has reason "InvalidPredictorSpec" and message "no container configuration found in selected serving runtime"

  Rule: The chosen runtime has no container called kserve-container

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
    Scenario: v0.11.0 to v0.14.1 tell a missing kserve-container in an event only
      When a service in namespace "team-a" requests "sklearn"
      Then its status reports no failure
      And a Warning event says "failed to find kserve-container in ServingRuntime containers"

    @rule-kserve-container-required @rule-failure-status @since-0.15.0
    Scenario: v0.15.0 and later tell a missing kserve-container in the status
      When a service in namespace "team-a" requests "sklearn"
      Then its status has reason "InvalidPredictorSpec" and message "failed to find kserve-container in ServingRuntime containers"
