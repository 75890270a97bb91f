@extended
Feature: KServe does not fall back if the selected runtime cannot run
  A runtime describes the containers of a service's pods. KServe checks them only after it has selected the runtime.
  Since v0.11.0 one of them must be named kserve-container; if the selected runtime does not have it, the service
  fails, even if another runtime would work.

  Background:
    Given a ServingRuntime "own-server" in namespace "team-a"
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      containers:
        - name: server
          image: example.com/own-server:1
      """
    And a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-first-container-used @until-0.10.2
  Scenario: Up to v0.10.2 the first container is used whatever its name
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "own-server" in namespace "team-a"

  @rule-kserve-container-required @since-0.11.0
  Scenario: Since v0.11.0 the service fails and KServe does not try the next runtime
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"

  @rule-containers-required
  Scenario: A runtime without containers makes the service fail in every release
    Given a ServingRuntime "own-server" in namespace "team-a"
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      containers: []
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"
