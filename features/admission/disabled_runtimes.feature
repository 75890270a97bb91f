@core @since-0.11.1
Feature: Disabled runtimes are exempt from priority and worker checks
  The webhook accepts a disabled runtime regardless of its priorities, and does not compare other runtimes with it. It
  performs the check when the runtime is enabled.

  @rule-disabled-not-checked
  Scenario: A disabled runtime with an equal priority is accepted
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that is disabled and speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is accepted

  @rule-disabled-not-checked
  Scenario: A runtime with the priority of a disabled one is accepted
    Given a ClusterServingRuntime "first-server" that is disabled and speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is accepted

  @rule-re-enabling-checked
  Scenario: A runtime cannot be enabled while another one has its priority
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    And a ClusterServingRuntime "second-server" that is disabled and speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When ClusterServingRuntime "second-server" is enabled
    Then the runtime is rejected

  @rule-re-enabling-checked
  Scenario: A runtime can be enabled once the other one is disabled
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    And a ClusterServingRuntime "second-server" that is disabled and speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When ClusterServingRuntime "first-server" is disabled
    And ClusterServingRuntime "second-server" is enabled
    Then the runtime is accepted

  @rule-re-enabling-checked
  Scenario: A runtime that could not be enabled is still not selected
    Given a ClusterServingRuntime "b-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    And a ClusterServingRuntime "a-server" that is disabled and speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When ClusterServingRuntime "a-server" is enabled
    And a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-disabled-not-checked @extended @since-0.12.0
  Scenario: A disabled runtime with several priorities for one format is accepted
    Given a ServingRuntime "first-server" in namespace "team-a"
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    When a ServingRuntime "second-server" in namespace "team-a" that is disabled is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is accepted

  @rule-disabled-not-checked @rule-multi-node-runtime-checked @extended @since-0.15.0
  Scenario: The worker nodes of a disabled runtime are not checked
    When a ServingRuntime "many-node" in namespace "team-a" that is disabled is applied
      """
      supportedModelFormats:
        - name: huggingface
          autoSelect: true
      workerSpec:
        pipelineParallelSize: 2
        tensorParallelSize: 1
        containers:
          - name: worker-container
            image: example.com/worker:1
          - name: second-container
            image: example.com/worker:1
      """
    Then the runtime is accepted
