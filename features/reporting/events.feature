@rule-failure-event @core
Feature: A Warning event reports why a service has no runtime
  If KServe finds no runtime for a service, it records a Kubernetes event of type Warning. The event has the text of
  the error, which includes what was requested. In v0.8.0 the reason is reported nowhere else.

  Scenario: No runtime has the name
    When a service in namespace "team-a" requests "sklearn" with runtime "no-such-server"
    Then a Warning event says "No ServingRuntimes or ClusterServingRuntimes with the name: "

  Scenario: The named runtime is disabled
    Given a ServingRuntime "own-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "own-server"
    Then a Warning event says "specified runtime own-server is disabled"

  Scenario: The named runtime does not list the format
    Given a ServingRuntime "own-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "xgboost" with runtime "own-server"
    Then a Warning event says "specified runtime own-server does not support specified framework/version"

  Scenario: The named runtime does not list the version
    Given a ServingRuntime "own-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" version "2" with runtime "own-server"
    Then a Warning event says "specified runtime own-server does not support specified framework/version"

  @since-0.9.0
  Scenario: The named runtime does not speak the protocol
    Given a ServingRuntime "own-server" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2" with runtime "own-server"
    Then a Warning event says "specified runtime own-server does not support specified protocol version"

  @exact-names
  Scenario: No runtime matches the format
    When a service in namespace "team-a" requests "tensorrt"
    Then a Warning event says "no runtime found to support predictor with model type: {tensorrt <nil>}"

  @extended @exact-names
  Scenario: The event has a memory address in place of the requested version
    When a service in namespace "team-a" requests "tensorrt" version "8"
    Then a Warning event says "no runtime found to support predictor with model type: {tensorrt 0x"

  @extended
  Scenario: The selected runtime has no container
    Given a ServingRuntime "own-server" in namespace "team-a"
      """
      supportedModelFormats:
        - name: sklearn
          autoSelect: true
      containers: []
      """
    When a service in namespace "team-a" requests "sklearn"
    Then a Warning event says "no container configuration found in selected serving runtime"

  @extended @since-0.11.0
  Scenario: The selected runtime has no container with the required name
    Given a ServingRuntime "own-server" in namespace "team-a"
      """
      supportedModelFormats:
        - name: sklearn
          autoSelect: true
      containers:
        - name: server
          image: example.com/own-server:1
      """
    When a service in namespace "team-a" requests "sklearn"
    Then a Warning event says "failed to find kserve-container in ServingRuntime containers"
