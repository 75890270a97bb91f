@extended
Feature: memory:v0.10.2 and controlplane:v0.10.2 differ in the outcome of InferenceService team-018/model

  Scenario: World 786
    Given these objects
      """
      kind: ClusterServingRuntime
      metadata:
        name: b
        annotations:
          serving.kserve.io/server-type: x
      spec:
        supportedModelFormats:
        - name: SKLearn
          version: '1'
          autoSelect: true
          priority: 1
        - name: sklearn
          version: '1'
          autoSelect: true
        containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/b:1
          args:
          - --model_name={{.Name}}
      """
    And these objects
      """
      kind: ServingRuntime
      metadata:
        name: c
        namespace: team-018
      spec:
        supportedModelFormats:
        - name: sklearn
          version: '1'
          autoSelect: false
          priority: 1
        containers:
        - name: other
          image: example.com/servingruntime/c:1
          args:
          - --model_name={{.Name}}
        protocolVersions: []
      """
    And a ServingRuntime "kserve-torchserve" in namespace "team-018"
      | format  | autoSelect | priority |
      | sklearn | true       | 3        |
    When a service in namespace "team-018" asks for "sklearn" with runtime "c"
    Then it runs on ServingRuntime "c" of namespace "team-018"
